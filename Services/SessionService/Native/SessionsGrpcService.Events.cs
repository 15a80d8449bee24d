using System.Globalization;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Events of a session: pages, the whole as a stream, deletion, rewind.</summary>
internal sealed partial class SessionsGrpcService
{
    // How many events are in memory for one stream at most; the bytes are limited beside it.
    private const int ReadAhead = 256;

    public override async Task<ListEventsResponse> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var query = new EventListQuery(
            PageSize(request.PageSize),
            request.Order switch
            {
                EventOrder.Unspecified or EventOrder.TimestampAsc => false,
                EventOrder.TimestampDesc => true,
                _ => throw new InvalidArgumentException("order", request.Order.ToString(), "TIMESTAMP_ASC or TIMESTAMP_DESC"),
            },
            SessionMessages.ToTime(request.FromTime, "from_time"),
            SessionMessages.ToTime(request.UntilTime, "until_time"),
            MaxBytes: _limits.MaxPageBytes);
        query = query with { After = EventCursor.Decode(request.PageToken, query) };

        var page = await store.ListEventsAsync(key, query, context.CancellationToken) ?? throw SessionFailures.Missing(key);
        var shown = Fitting(page.Events, SessionMessages.ToMessage);
        var next = shown.Count < page.Events.Count ? EventCursor.At(page.Events[shown.Count - 1], query) : page.Next;
        return new() { Events = { shown }, NextPageToken = next?.Encode() ?? "", Revision = page.Revision };
    }

    public override async Task ReadSession(ReadSessionRequest request, IServerStreamWriter<ReadSessionResponse> responseStream, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var window = Window(request.HasNumRecentEvents ? request.NumRecentEvents : null, request.AfterTimestamp);
        var query = new EventListQuery(ReadAhead, From: window.After, MaxBytes: _limits.MaxPageBytes);
        long revision;
        if (request.PageToken.Length > 0)
        {
            (revision, query) = Resume(request.PageToken, query);
        }
        else
        {
            var session = await store.GetAsync(key, window with { NumRecent = 0 }, context.CancellationToken) ?? throw SessionFailures.Missing(key);
            revision = session.Revision;
            await responseStream.WriteAsync(new() { Session = session.ToMessage() }, context.CancellationToken);
            if (window.NumRecent is { } recent)
            {
                if (recent == 0)
                {
                    return;
                }

                query = query with { After = await BeforeNewestAsync(key, recent, revision, query, context.CancellationToken) };
            }
        }

        // A page is read, then sent: while a slow client takes it, no connection to the database waits.
        for (var more = true; more;)
        {
            var page = await PageAsync(key, query, revision, context.CancellationToken);
            var events = page.Events.Where(stored => stored.Revision <= revision).ToArray();
            for (var sent = 0; sent < events.Length;)
            {
                var shown = Fitting(events[sent..], SessionMessages.ToMessage);
                sent += shown.Count;
                var isLast = page.Next is null && sent == events.Length;
                await responseStream.WriteAsync(
                    new() { Events = { shown }, NextPageToken = isLast ? "" : Token(revision, EventCursor.At(events[sent - 1], query)) },
                    context.CancellationToken);
            }

            more = page.Next is not null;
            query = query with { After = page.Next };
        }
    }

    public override async Task<DeleteEventResponse> DeleteEvent(DeleteEventRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        if (request.EventId.Length == 0)
        {
            throw new InvalidArgumentException("event_id", came: null, "the id of an event of the session");
        }

        var outcome = await store.DeleteEventAsync(
            key, request.EventId, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken);
        return outcome switch
        {
            EventDeleted deleted => new() { Revision = deleted.Revision },
            EventMissing => throw new NotFoundException($"Session '{key.Id}' has no event '{request.EventId}'. List its events for their ids.", "EVENT_NOT_FOUND"),
            _ => throw Refusal(key, request.ExpectedRevision, outcome),
        };
    }

    public override async Task<RewindSessionResponse> RewindSession(RewindSessionRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        if (request.RewindBeforeInvocationId.Length == 0)
        {
            throw new InvalidArgumentException("rewind_before_invocation_id", came: null, "the id of an invocation of the session");
        }

        var rewound = await rewinder.RewindAsync(
            key, request.RewindBeforeInvocationId, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken);
        return new()
        {
            Event = rewound.Event.ToMessage(),
            ChangedArtifacts =
            {
                rewound.Artifacts.Select(artifact =>
                {
                    var message = new RewindSessionResponse.Types.ChangedArtifact { Filename = artifact.Filename, CurrentVersion = artifact.Current };
                    if (artifact.Before is { } before)
                    {
                        message.VersionBefore = before;
                    }

                    return message;
                }),
            },
        };
    }

    private static string Token(long revision, EventCursor cursor) => string.Create(CultureInfo.InvariantCulture, $"{revision}.{cursor.Encode()}");

    private static (long Revision, EventListQuery Query) Resume(string token, EventListQuery query)
    {
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(token.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? (revision, query with { After = EventCursor.Decode(token[(dot + 1)..], query) })
            : throw new InvalidArgumentException("page_token", token, "the next_page_token of a read with the same after_timestamp");
    }

    private async Task<EventPage> PageAsync(SessionKey key, EventListQuery query, long revision, CancellationToken cancellationToken)
    {
        var page = await store.ListEventsAsync(key, query, cancellationToken) ?? throw SessionFailures.Missing(key);
        return page.Revision >= revision ? page : throw SessionFailures.Stale(key, revision, page.Revision);
    }

    /// <summary>Finds the place before the newest events; <see langword="null"/> when there are no more than these.</summary>
    private async Task<EventCursor?> BeforeNewestAsync(
        SessionKey key, int recent, long revision, EventListQuery query, CancellationToken cancellationToken)
    {
        var backwards = query with { Descending = true };
        var left = recent;
        do
        {
            var page = await PageAsync(key, backwards, revision, cancellationToken);
            foreach (var stored in page.Events.Where(stored => stored.Revision <= revision))
            {
                if (left-- == 0)
                {
                    return EventCursor.At(stored, query);
                }
            }

            backwards = backwards with { After = page.Next };
        }
        while (backwards.After is not null);

        return null;
    }
}
