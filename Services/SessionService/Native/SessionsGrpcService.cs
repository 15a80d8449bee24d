using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.SessionService.Expiry;
using Runtime.SessionService.Rewind;
using Runtime.SessionService.Watch;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.State;
using SessionOrder = Runtime.Storage.SessionOrder;

namespace Runtime.SessionService;

/// <summary>The native session API. Each method parses, calls the store and says its answer; here those on sessions as a whole.</summary>
/// <remarks>Reading events is in <see cref="SessionReadsGrpcService"/>.</remarks>
internal sealed partial class SessionsGrpcService(
    ISessionStore store,
    IOptions<SessionOptions> options,
    SessionLifetimes lifetimes,
    SessionRewinder rewinder,
    EventWriting writing,
    SessionWatching watching,
    TimeProvider time)
    : Sessions.V1.Sessions.SessionsBase
{
    private readonly SessionOptions _limits = options.Value;

    public override async Task<Sessions.V1.Session> CreateSession(CreateSessionRequest request, ServerCallContext context)
    {
        var key = SessionKey.ParseOrNew(request.AppName, request.UserId, request.SessionId);
        RequireSize("state_json", request.StateJson);
        var session = new NewSession(ScopedState.Parse(request.StateJson, "state_json"))
        {
            DisplayName = SessionLabels.ParseName(request.DisplayName, "display_name"),
            Labels = SessionLabels.Parse(request.Labels, "labels"),
            ExpireTime = request.ExpirationCase switch
            {
                CreateSessionRequest.ExpirationOneofCase.Ttl => lifetimes.After(request.Ttl, "ttl"),
                CreateSessionRequest.ExpirationOneofCase.ExpireTime => lifetimes.At(SessionMessages.ToTime(request.ExpireTime, "expire_time")!.Value, "expire_time"),
                _ => lifetimes.DefaultOf(key.App),
            },
        };

        var outcome = await store.CreateAsync(key, session, context.CancellationToken);
        return outcome switch
        {
            SessionCreated created => created.Session.ToMessage(),
            SessionExists => throw new AlreadyExistsException(
                $"User '{key.User}' has a session '{key.Id}' in app '{key.App}'. Choose another session_id, or leave it empty.", "SESSION_EXISTS"),
            _ => throw new UnreachableException($"CreateAsync answered {outcome}."),
        };
    }

    public override async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        // The parts of a key, with a stand-in where the list does not need one.
        var checkedKey = SessionKey.Parse(request.AppName, request.UserId is { Length: > 0 } given ? given : "-", "-");
        var filter = new SessionFilter
        {
            User = request.UserId.Length > 0 ? checkedKey.User : null,
            DisplayName = request.DisplayName.Length > 0 ? SessionLabels.ParseName(request.DisplayName, "display_name") : null,
            Labels = SessionLabels.Parse(request.Labels, "labels"),
            UpdatedFrom = SessionMessages.ToTime(request.UpdatedFrom, "updated_from"),
            UpdatedUntil = SessionMessages.ToTime(request.UpdatedUntil, "updated_until"),
        };
        var order = request.Order switch
        {
            Sessions.V1.SessionOrder.Unspecified or Sessions.V1.SessionOrder.UpdateTimeAsc => SessionOrder.UpdateTimeAscending,
            Sessions.V1.SessionOrder.UpdateTimeDesc => SessionOrder.UpdateTimeDescending,
            Sessions.V1.SessionOrder.CreateTimeAsc => SessionOrder.CreateTimeAscending,
            Sessions.V1.SessionOrder.CreateTimeDesc => SessionOrder.CreateTimeDescending,
            _ => throw new InvalidArgumentException(
                "order", request.Order.ToString(), "UPDATE_TIME_ASC, UPDATE_TIME_DESC, CREATE_TIME_ASC or CREATE_TIME_DESC"),
        };

        var query = new SessionListQuery(
            checkedKey.App, filter, _limits.PageSizeFor(request.PageSize), order, SessionCursor.Decode(request.PageToken, order, filter));
        var page = await store.ListAsync(query, context.CancellationToken);
        var shown = Fitting(page.Sessions, SessionMessages.ToMessage);
        var next = shown.Count < page.Sessions.Count ? SessionCursor.At(page.Sessions[shown.Count - 1], query) : page.Next;
        return new() { Sessions = { shown }, NextPageToken = next?.Encode() ?? "" };
    }

    public override async Task<DeleteSessionResponse> DeleteSession(DeleteSessionRequest request, ServerCallContext context)
    {
        await store.DeleteAsync(SessionKey.Parse(request.AppName, request.UserId, request.SessionId), context.CancellationToken);
        return new();
    }

    /// <summary>Makes messages of rows as long as they fit into a page together, and of the first in any case.</summary>
    private List<TMessage> Fitting<TRow, TMessage>(IReadOnlyList<TRow> rows, Func<TRow, TMessage> toMessage)
        where TMessage : IMessage
    {
        var fitting = new List<TMessage>(rows.Count);
        long bytes = 0;
        foreach (var row in rows)
        {
            var message = toMessage(row);
            bytes += message.CalculateSize();
            if (bytes > _limits.MaxPageBytes && fitting.Count > 0)
            {
                break;
            }

            fitting.Add(message);
        }

        return fitting;
    }

    private void RequireSize(string field, string json)
    {
        if (Encoding.UTF8.GetByteCount(json) > _limits.MaxEventBytes)
        {
            throw new LimitExceededException(
                $"Field '{field}' has more than {_limits.MaxEventBytes} bytes. Setting: {SessionOptions.Section}:MaxEventBytes. Fix: Keep large content as an artifact, and send a reference.");
        }
    }
}
