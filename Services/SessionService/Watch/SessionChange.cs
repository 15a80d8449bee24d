using Runtime.Sessions.V1;
using Runtime.Storage;
using Change = Runtime.Sessions.V1.WatchSessionsResponse.ChangeOneofCase;

namespace Runtime.SessionService.Watch;

/// <summary>One change of a session, as its watchers are told: made once, and shared by all of them.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Revision">The revision that the change made, or one of the words of <see cref="SessionSignal"/>.</param>
/// <param name="Message">What to send; <see langword="null"/> for a hint, which only says that the database knows more.</param>
internal sealed record SessionChange(string SessionId, long Revision, WatchSessionsResponse? Message)
{
    /// <summary>Gets what happened; <c>None</c> for a hint.</summary>
    public Change Kind => Message?.ChangeCase ?? Change.None;

    /// <summary>Gets about how much memory the message takes, seen from a queue.</summary>
    public int Bytes { get; } = 256 + (Message?.CalculateSize() ?? 0);

    public static SessionChange Hint(SessionSignal signal) => new(signal.Key.Id, signal.Revision, Message: null);

    public static SessionChange Created(Storage.Session session) => Of(session.Key, 0, new() { Created = session.ToMessage() });

    public static SessionChange Appended(SessionKey key, SessionEvent stored) => Of(key, stored.Revision, new() { Event = stored.ToMessage() });

    public static SessionChange Updated(Storage.Session session, long revision) => Of(session.Key, revision, new() { Updated = session.ToMessage() });

    public static SessionChange EventDeleted(SessionKey key, string eventId, long revision) => Of(key, revision, new() { EventDeleted = new() { EventId = eventId } });

    public static SessionChange Deleted(SessionKey key) => Of(key, SessionSignal.Deleted, new() { Deleted = new() });

    private static SessionChange Of(SessionKey key, long revision, WatchSessionsResponse message)
    {
        (message.AppName, message.UserId, message.SessionId, message.Revision) = (key.App, key.User, key.Id, Math.Max(revision, 0));
        return new(key.Id, revision, message);
    }
}
