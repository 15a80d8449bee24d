using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Rewind;

/// <summary>Takes sessions back in ADK's own form, by one more event.</summary>
/// <remarks>
/// As <c>Runner.rewind_async</c> of ADK Python does without an artifact service: author <c>user</c>, a new invocation id, the target in
/// <c>actions.rewind_before_invocation_id</c>, the session's own keys in <c>actions.state_delta</c>, and an empty
/// <c>actions.artifact_delta</c>. ADK leaves the events between target and mark out of what it shows the model. Unlike there, only keys that an
/// event from the target on has changed are touched: initial state and state that was set without an event are not undone
/// (google/adk-python#4839).
/// </remarks>
internal sealed class SessionRewinder(ISessionStore store, TimeProvider time)
{
    private const int PageSize = 256;
    private const int PageBytes = 4 * 1024 * 1024;
    private const int Attempts = 5;

    /// <summary>Rewinds to before the first event of an invocation.</summary>
    /// <exception cref="NotFoundException">There is no such session, or no event of that invocation in it.</exception>
    /// <exception cref="StaleException">The session is not at the expected revision, or kept moving.</exception>
    public async Task<Rewound> RewindAsync(SessionKey key, string invocationId, long? expectedRevision, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var session = await store.GetAsync(key, new EventWindow(0), cancellationToken) ?? throw SessionFailures.Missing(key);
            if (expectedRevision is { } expected && expected != session.Revision)
            {
                throw SessionFailures.Stale(key, expected, session.Revision);
            }

            var history = await ReadAsync(session, invocationId, cancellationToken);
            if (history is not null)
            {
                var mark = Mark(session, invocationId, history);
                switch (await store.AppendAsync(key, mark, session.Revision, cancellationToken))
                {
                    case Appended appended:
                        return new(StoredEvent.Read(mark.Json, mark.Id, mark.InvocationId, mark.Timestamp, appended.Revision), history.ChangedArtifacts());
                    case SessionMissing:
                        throw SessionFailures.Missing(key);
                    case RevisionConflict moved when expectedRevision is not null || attempt == Attempts:
                        throw SessionFailures.Stale(key, session.Revision, moved.Current);
                    case RevisionConflict:
                        break;
                    case var outcome:
                        throw new UnreachableException($"AppendAsync answered {outcome}.");
                }
            }
            else if (expectedRevision is not null || attempt == Attempts)
            {
                throw SessionFailures.Stale(key, session.Revision, session.Revision + 1);
            }
        }
    }

    /// <summary>Reads the session's history page by page; <see langword="null"/> when the session changed meanwhile.</summary>
    private async Task<RewindHistory?> ReadAsync(Session session, string invocationId, CancellationToken cancellationToken)
    {
        var own = await store.GetOwnStateAsync(session.Key, cancellationToken) ?? throw SessionFailures.Missing(session.Key);
        var history = new RewindHistory(own, invocationId);
        var query = new EventListQuery(PageSize, MaxBytes: PageBytes);
        do
        {
            var page = await store.ListEventsAsync(session.Key, query, cancellationToken) ?? throw SessionFailures.Missing(session.Key);
            if (page.Revision != session.Revision)
            {
                return null;
            }

            foreach (var stored in page.Events)
            {
                history.Add(stored);
            }

            query = query with { After = page.Next };
        }
        while (query.After is not null);

        return history.IsFound
            ? history
            : throw new NotFoundException(
                $"Session '{session.Key.Id}' has no event of invocation '{invocationId}'. List its events for their invocation ids.", "INVOCATION_NOT_FOUND");
    }

    private PreparedEvent Mark(Session session, string invocationId, RewindHistory history)
    {
        var delta = new JsonObject();
        foreach (var (name, before) in history.ChangedState())
        {
            // As ADK does, a key that has the value already is left out.
            var isNull = before is not { } value || value.ValueKind == JsonValueKind.Null;
            if (!session.State.TryGetValue(name, out var current) || (isNull ? current.ValueKind != JsonValueKind.Null : !JsonElement.DeepEquals(current, before!.Value)))
            {
                delta[name] = isNull ? null : JsonValue.Create(before!.Value);
            }
        }

        var actions = new JsonObject
        {
            ["rewind_before_invocation_id"] = invocationId,
            ["state_delta"] = delta,
            ["artifact_delta"] = new JsonObject(),
            ["requested_auth_configs"] = new JsonObject(),
            ["requested_tool_confirmations"] = new JsonObject(),
        };

        // The mark counts only behind what it undoes, also where a writer's clock is ahead of this one.
        var now = time.GetUtcNow();
        var behind = history.Newest.AddMicroseconds(1);
        var header = new EventHeader
        {
            Author = "user",
            InvocationId = $"e-{Guid.CreateVersion7()}",
            Timestamp = now > behind ? now : behind,
            SessionScopeOnly = true,
        };
        return EventJson.Prepare(new JsonObject { ["actions"] = actions }.ToJsonString(), header, now);
    }
}

/// <summary>What a rewind made.</summary>
/// <param name="Event">The event that was appended.</param>
/// <param name="Artifacts">Artifacts whose newest version came with what was undone; restoring them is for whoever has the artifact service.</param>
internal sealed record Rewound(SessionEvent Event, IReadOnlyList<ChangedArtifact> Artifacts);

/// <summary>An artifact that what was undone had changed.</summary>
/// <param name="Filename">Its name.</param>
/// <param name="Current">Its newest version.</param>
/// <param name="Before">Its version before the invocation; <see langword="null"/> where there was none.</param>
internal sealed record ChangedArtifact(string Filename, long Current, long? Before);
