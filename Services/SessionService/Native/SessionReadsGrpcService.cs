using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>The reads of the native session API that bring events: a session at once, its events in pages, the whole as a stream.</summary>
internal sealed class SessionReadsGrpcService(ISessionStore store, IOptions<SessionOptions> options)
{
    // How many events are in memory for one stream at most; the bytes are limited beside it.
    private const int ReadAhead = 256;

    private readonly SessionOptions _limits = options.Value;

    public async Task<EncodedMessage> GetSession(GetSessionRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var window = Window(request.HasNumRecentEvents ? request.NumRecentEvents : null, request.AfterTimestamp);
        var session = await store.GetAsync(key, window, context.CancellationToken) ?? throw SessionFailures.Missing(key);
        SessionEvent[] events = [.. session.Events];
        var answer = EncodedMessage.With((session with { Events = [] }).ToMessage(), events);
        answer.Add(Sessions.V1.Session.EventsFieldNumber, events);
        if (answer.Length <= _limits.MaxResponseBytes)
        {
            return answer;
        }

        answer.Dispose();
        throw new LimitExceededException(
            $"Session '{key.Id}' and its {events.Length} events have more than {_limits.MaxResponseBytes} bytes. Call ReadSession, which brings them in pieces, or ask for fewer with num_recent_events. Setting: {SessionOptions.Section}:MaxResponseBytes.",
            "RESPONSE_TOO_LARGE");
    }

    public async Task<EncodedMessage> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var query = new EventListQuery(
            _limits.PageSizeFor(request.PageSize),
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
        SessionEvent[] events = [.. page.Events];
        var answer = EncodedMessage.With(new ListEventsResponse { Revision = page.Revision }, events);
        var shown = answer.Add(ListEventsResponse.EventsFieldNumber, events, _limits.MaxPageBytes);
        var next = shown < events.Length ? EventCursor.At(events[shown - 1], query) : page.Next;
        answer.Add(new ListEventsResponse { NextPageToken = next?.Encode() ?? "" });
        return answer;
    }

    public async Task ReadSession(ReadSessionRequest request, IServerStreamWriter<EncodedMessage> responseStream, ServerCallContext context)
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
            await responseStream.WriteAsync(EncodedMessage.With(new ReadSessionResponse { Session = session.ToMessage() }), context.CancellationToken);
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
                var answer = EncodedMessage.With(new ReadSessionResponse(), events.AsSpan(sent));
                sent += answer.Add(ReadSessionResponse.EventsFieldNumber, events.AsSpan(sent), _limits.MaxPageBytes);
                var isLast = page.Next is null && sent == events.Length;
                answer.Add(new ReadSessionResponse { NextPageToken = isLast ? "" : Token(revision, EventCursor.At(events[sent - 1], query)) });
                await responseStream.WriteAsync(answer, context.CancellationToken);
            }

            more = page.Next is not null;
            query = query with { After = page.Next };
        }
    }

    private static EventWindow Window(int? recent, Google.Protobuf.WellKnownTypes.Timestamp? after) => recent < 0
        ? throw new InvalidArgumentException("num_recent_events", recent.Value.ToString(CultureInfo.InvariantCulture), "0 or more, or absent for all")
        : new(recent, SessionMessages.ToTime(after, "after_timestamp"));

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
