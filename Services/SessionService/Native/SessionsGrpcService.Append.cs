using System.Diagnostics;
using System.Text;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.Events;
using Outcome = Runtime.Sessions.V1.AppendEventResponse.Types.Outcome;

namespace Runtime.SessionService;

/// <summary>Appending: one event, a batch, or a stream of events.</summary>
internal sealed partial class SessionsGrpcService
{
    public override Task<AppendEventResponse> AppendEvent(AppendEventRequest request, ServerCallContext context) => AppendAsync(request, context.CancellationToken);

    public override Task WriteEvents(
        IAsyncStreamReader<WriteEventsRequest> requestStream, IServerStreamWriter<WriteEventsResponse> responseStream, ServerCallContext context) =>
        writing.RunAsync(requestStream, responseStream, AppendAsync, context);

    public override async Task<AppendEventsResponse> AppendEvents(AppendEventsRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var offered = PrepareBatch(request.Events);
        var stored = offered.Where(single => !single.Partial).ToList();
        var places = stored.Count == 0
            ? []
            : await store.AppendBatchAsync(key, stored, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken) switch
            {
                BatchAppended appended => appended.Places,
                var outcome => throw Refusal(key, request.ExpectedRevision, outcome),
            };

        var response = new AppendEventsResponse();
        var next = 0;
        foreach (var single in offered)
        {
            response.Results.Add(single.Partial ? NotStored(single) : places[next++] switch
            {
                { Already: true } place => Answer(Outcome.AlreadyAppended, single, place.Timestamp, place.Revision),
                var place => Answer(Outcome.Appended, single, place.Timestamp, place.Revision),
            });
        }

        return response;
    }

    private async Task<AppendEventResponse> AppendAsync(AppendEventRequest request, CancellationToken cancellationToken)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        var message = request.Event ?? throw new InvalidArgumentException("event", came: null, "an event with an author");
        var offered = Prepare(message, "event", time.GetUtcNow());
        if (offered.Partial)
        {
            return NotStored(offered);
        }

        var outcome = await store.AppendAsync(key, offered, request.HasExpectedRevision ? request.ExpectedRevision : null, cancellationToken);
        return outcome switch
        {
            Appended appended => Answer(Outcome.Appended, offered, offered.Timestamp, appended.Revision),
            AlreadyAppended already => Answer(Outcome.AlreadyAppended, offered, already.Timestamp, already.Revision),
            _ => throw Refusal(key, request.ExpectedRevision, outcome),
        };
    }

    private static Exception Refusal(SessionKey key, long expected, WriteOutcome outcome) => outcome switch
    {
        RevisionConflict conflict => SessionFailures.Stale(key, expected, conflict.Current),
        EventIdTaken taken => SessionFailures.EventIdTaken(key, taken.EventId),
        SessionMissing => SessionFailures.Missing(key),
        _ => new UnreachableException($"The store answered {outcome}."),
    };

    private static AppendEventResponse NotStored(PreparedEvent offered) =>
        new() { Outcome = Outcome.PartialNotStored, EventId = offered.Id, Timestamp = Timestamp.FromDateTimeOffset(offered.Timestamp) };

    private static AppendEventResponse Answer(Outcome outcome, PreparedEvent offered, DateTimeOffset timestamp, long revision) =>
        new() { Outcome = outcome, EventId = offered.Id, Timestamp = Timestamp.FromDateTimeOffset(timestamp), Revision = revision };

    private PreparedEvent Prepare(Event message, string field, DateTimeOffset now)
    {
        RequireSize($"{field}.event_json", message.EventJson);
        RequireSize($"{field}.state_delta_json", message.StateDeltaJson);
        return EventJson.Prepare(message.EventJson, message.ToHeader(field), now);
    }

    private List<PreparedEvent> PrepareBatch(RepeatedField<Event> messages)
    {
        if (messages.Count == 0)
        {
            throw new InvalidArgumentException("events", came: null, $"1 to {_limits.MaxBatchEvents} events");
        }

        if (messages.Count > _limits.MaxBatchEvents)
        {
            throw TooLarge($"has {messages.Count} events, more than {_limits.MaxBatchEvents}", nameof(SessionOptions.MaxBatchEvents));
        }

        if (messages.Sum(message => (long)Encoding.UTF8.GetByteCount(message.EventJson) + Encoding.UTF8.GetByteCount(message.StateDeltaJson)) > _limits.MaxBatchBytes)
        {
            throw TooLarge($"has more than {_limits.MaxBatchBytes} bytes of JSON", nameof(SessionOptions.MaxBatchBytes));
        }

        var now = time.GetUtcNow();
        var prepared = new List<PreparedEvent>(messages.Count);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < messages.Count; index++)
        {
            var offered = PrepareOne(messages[index], $"events[{index}]", now);
            if (!places.TryAdd(offered.Id, index))
            {
                throw new InvalidArgumentException($"events[{index}].id", offered.Id, $"an id that events[{places[offered.Id]}] does not have");
            }

            prepared.Add(offered);
        }

        return prepared;

        static LimitExceededException TooLarge(string problem, string setting) => new(
            $"Field 'events' {problem}. Setting: {SessionOptions.Section}:{setting}. Fix: Send several batches.");
    }

    private PreparedEvent PrepareOne(Event message, string field, DateTimeOffset now)
    {
        try
        {
            return Prepare(message, field, now);
        }
        catch (InvalidInputException error) when (error.Field.StartsWith("event.", StringComparison.Ordinal))
        {
            // The library names the one event that it knows of.
            throw new InvalidInputException(field + error.Field["event".Length..], error.Came, error.Allowed, error);
        }
    }
}
