using System.Diagnostics;
using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.Events;
using Runtime.Storage.State;
using SessionOrder = Runtime.Storage.SessionOrder;

namespace Runtime.SessionService;

/// <summary>The native session API. Each method parses, calls the store and says its answer.</summary>
public sealed class SessionsGrpcService(ISessionStore store, IOptions<SessionOptions> options, TimeProvider time) : Sessions.V1.Sessions.SessionsBase
{
    private const string CurrentRevision = "current_revision";

    private readonly SessionOptions _limits = options.Value;

    public override async Task<Sessions.V1.Session> CreateSession(CreateSessionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);

        var key = SessionKey.ParseOrNew(request.AppName, request.UserId, request.SessionId);
        RequireSize("state_json", request.StateJson);
        var outcome = await store.CreateAsync(key, new(ScopedState.Parse(request.StateJson, "state_json")), context.CancellationToken);
        return outcome switch
        {
            SessionCreated created => created.Session.ToMessage(),
            SessionExists => throw new AlreadyExistsException(
                $"User '{key.User}' has a session '{key.Id}' in app '{key.App}'. Choose another session_id, or leave it empty.", "SESSION_EXISTS"),
            _ => throw new UnreachableException($"CreateAsync answered {outcome}."),
        };
    }

    public override async Task<Sessions.V1.Session> GetSession(GetSessionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);

        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        if (request.HasNumRecentEvents && request.NumRecentEvents < 0)
        {
            throw new InvalidArgumentException(
                "num_recent_events", request.NumRecentEvents.ToString(CultureInfo.InvariantCulture), "0 or more, or absent for all");
        }

        var window = new EventWindow(
            request.HasNumRecentEvents ? request.NumRecentEvents : null, SessionMessages.ToTime(request.AfterTimestamp, "after_timestamp"));
        var session = await store.GetAsync(key, window, context.CancellationToken);
        return session?.ToMessage() ?? throw Missing(key);
    }

    public override async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);

        // The parts of a key, with a stand-in where the list does not need one.
        var filter = SessionKey.Parse(request.AppName, request.UserId is { Length: > 0 } given ? given : "-", "-");
        var shown = new SessionFilter { User = request.UserId.Length > 0 ? filter.User : null };
        var order = request.Order switch
        {
            Sessions.V1.SessionOrder.Unspecified or Sessions.V1.SessionOrder.UpdateTimeAsc => SessionOrder.UpdateTimeAscending,
            Sessions.V1.SessionOrder.UpdateTimeDesc => SessionOrder.UpdateTimeDescending,
            _ => throw new InvalidArgumentException("order", request.Order.ToString(), "UPDATE_TIME_ASC or UPDATE_TIME_DESC"),
        };

        var page = await store.ListAsync(
            new(filter.App, shown, PageSize(request.PageSize), order, SessionCursor.Decode(request.PageToken, order, shown)), context.CancellationToken);
        var response = new ListSessionsResponse { NextPageToken = page.Next?.Encode() ?? "" };
        response.Sessions.AddRange(page.Sessions.Select(SessionMessages.ToMessage));
        return response;
    }

    public override async Task<DeleteSessionResponse> DeleteSession(DeleteSessionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);

        await store.DeleteAsync(SessionKey.Parse(request.AppName, request.UserId, request.SessionId), context.CancellationToken);
        return new();
    }

    public override async Task<AppendEventResponse> AppendEvent(AppendEventRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);

        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var message = request.Event ?? throw new InvalidArgumentException("event", came: null, "an event with an author");
        RequireSize("event.event_json", message.EventJson);
        RequireSize("event.state_delta_json", message.StateDeltaJson);

        var offered = EventJson.Prepare(message.EventJson, message.ToHeader(), time.GetUtcNow());
        if (offered.Partial)
        {
            return Answer(AppendEventResponse.Types.Outcome.PartialNotStored, offered.Timestamp, revision: null);
        }

        var outcome = await store.AppendAsync(key, offered, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken);
        return outcome switch
        {
            Appended appended => Answer(AppendEventResponse.Types.Outcome.Appended, offered.Timestamp, appended.Revision),
            AlreadyAppended already => Answer(AppendEventResponse.Types.Outcome.AlreadyAppended, already.Timestamp, already.Revision),
            RevisionConflict conflict => throw Stale(key, request.ExpectedRevision, conflict.Current),
            EventIdTaken => throw new AlreadyExistsException(
                $"Session '{key.Id}' has an event '{offered.Id}' with other content. Give the new event an id of its own.", "EVENT_ID_TAKEN"),
            SessionMissing => throw Missing(key),
            _ => throw new UnreachableException($"AppendAsync answered {outcome}."),
        };

        AppendEventResponse Answer(AppendEventResponse.Types.Outcome outcome, DateTimeOffset timestamp, long? revision)
        {
            var answer = new AppendEventResponse { Outcome = outcome, EventId = offered.Id, Timestamp = Timestamp.FromDateTimeOffset(timestamp) };
            if (revision is { } made)
            {
                answer.Revision = made;
            }

            return answer;
        }
    }

    private static NotFoundException Missing(SessionKey key) =>
        new($"User '{key.User}' has no session '{key.Id}' in app '{key.App}'. Call CreateSession first.", "SESSION_NOT_FOUND");

    private static StaleException Stale(SessionKey key, long expected, long current)
    {
        var stale = new StaleException($"Session '{key.Id}' is at revision {current}, not {expected}. Read it again, then append.", "STALE_SESSION");
        stale.Facts[CurrentRevision] = current.ToString(CultureInfo.InvariantCulture);
        return stale;
    }

    private int PageSize(int asked) => asked switch
    {
        < 0 => throw new InvalidArgumentException("page_size", asked.ToString(CultureInfo.InvariantCulture), "0 or more; 0 takes the default"),
        0 => Math.Min(_limits.DefaultPageSize, _limits.MaxPageSize),
        _ => Math.Min(asked, _limits.MaxPageSize),
    };

    private void RequireSize(string field, string json)
    {
        if (Encoding.UTF8.GetByteCount(json) > _limits.MaxEventBytes)
        {
            throw new LimitExceededException(
                $"Field '{field}' has more than {_limits.MaxEventBytes} bytes. Setting: {SessionOptions.Section}:MaxEventBytes. Fix: Keep large content as an artifact, and send a reference.");
        }
    }
}
