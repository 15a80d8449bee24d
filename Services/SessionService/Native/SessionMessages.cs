using System.Text;
using Google.Protobuf.WellKnownTypes;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService;

/// <summary>Between the messages of <c>runtime.sessions.v1</c> and the store's records.</summary>
internal static class SessionMessages
{
    public static EventHeader ToHeader(this Event message, string field) => new()
    {
        Id = message.Id,
        InvocationId = message.InvocationId,
        Author = message.Author,
        Timestamp = ToTime(message.Timestamp, $"{field}.timestamp"),
        Partial = message.HasPartial ? message.Partial : null,
        StateDelta = message.StateDeltaJson,
    };

    public static DateTimeOffset? ToTime(Timestamp? message, string field)
    {
        try
        {
            return message?.ToDateTimeOffset();
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidInputException(field, came: null, "a time from 0001-01-01 to 9999-12-31 with 0 to 999999999 nanoseconds", error);
        }
    }

    public static Sessions.V1.Session ToMessage(this Storage.Session session)
    {
        var message = new Sessions.V1.Session
        {
            AppName = session.Key.App,
            UserId = session.Key.User,
            SessionId = session.Key.Id,
            StateJson = Encoding.UTF8.GetString(StorageJson.Write(session.State)),
            CreateTime = Timestamp.FromDateTimeOffset(session.CreateTime),
            UpdateTime = Timestamp.FromDateTimeOffset(session.UpdateTime),
            Revision = session.Revision,
            DisplayName = session.DisplayName,
            Labels = { session.Labels },
            ExpireTime = session.ExpireTime is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
        };
        message.Events.AddRange(session.Events.Select(ToMessage));
        return message;
    }

    public static Event ToMessage(this SessionEvent stored) => new()
    {
        Id = stored.Id,
        InvocationId = stored.InvocationId,
        Author = stored.Author,
        Timestamp = Timestamp.FromDateTimeOffset(stored.Timestamp),
        StateDeltaJson = Encoding.UTF8.GetString(stored.StateDelta.Span),
        EventJson = Encoding.UTF8.GetString(stored.Json.Span),
        Revision = stored.Revision,
    };
}
