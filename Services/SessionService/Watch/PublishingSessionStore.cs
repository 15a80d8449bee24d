using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Watch;

/// <summary>The service's store: tells of every change after its commit, whichever protocol it came by, and counts appends.</summary>
internal sealed class PublishingSessionStore(ISessionStore inner, SessionHub hub, SessionMetrics metrics) : ISessionStore
{
    /// <summary>Gets the way to other processes; <see langword="null"/> where the database has none.</summary>
    public ISessionSignals? Signals => inner as ISessionSignals;

    public async Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        var outcome = await inner.CreateAsync(key, session, cancellationToken);
        if (outcome is SessionCreated created)
        {
            hub.Publish(key, 0, created.Session, static (_, made) => SessionChange.Created(made));
        }

        return outcome;
    }

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) => inner.GetAsync(key, window, cancellationToken);

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken) =>
        inner.ListEventsAsync(key, query, cancellationToken);

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public async Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken)
    {
        var deleted = await inner.DeleteAsync(key, cancellationToken);
        if (deleted)
        {
            PublishDeleted(key);
        }

        return deleted;
    }

    public async Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        var outcome = await inner.AppendAsync(key, offered, expectedRevision, cancellationToken);
        metrics.Offered(1, outcome);
        if (outcome is Appended appended)
        {
            PublishAppended(key, offered, appended.Revision);
        }

        return outcome;
    }

    public async Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        var outcome = await inner.AppendBatchAsync(key, offered, expectedRevision, cancellationToken);
        metrics.Offered(offered.Count, outcome);
        if (outcome is BatchAppended appended)
        {
            for (var index = 0; index < offered.Count; index++)
            {
                if (appended.Places[index] is { Already: false } place)
                {
                    PublishAppended(key, offered[index], place.Revision);
                }
            }
        }

        return outcome;
    }

    public async Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken)
    {
        var outcome = await inner.UpdateAsync(key, update, expectedRevision, cancellationToken);
        if (outcome is SessionUpdated updated)
        {
            var revision = update.ChangesState ? updated.Session.Revision : SessionSignal.Described;
            hub.Publish(key, revision, (updated.Session, revision), static (_, made) => SessionChange.Updated(made.Session, made.revision));
        }

        return outcome;
    }

    public async Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken)
    {
        var outcome = await inner.DeleteEventAsync(key, eventId, expectedRevision, cancellationToken);
        if (outcome is EventDeleted deleted)
        {
            hub.Publish(key, deleted.Revision, (eventId, deleted.Revision), static (of, made) => SessionChange.EventDeleted(of, made.eventId, made.Revision));
        }

        return outcome;
    }

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken) => inner.GetOwnStateAsync(key, cancellationToken);

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) =>
        inner.ListHeadsAsync(app, user, id, cancellationToken);

    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken) =>
        inner.FindUsersAsync(app, id, cancellationToken);

    public async Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken)
    {
        var deleted = await inner.SweepAsync(limit, cancellationToken);
        foreach (var key in deleted)
        {
            PublishDeleted(key);
        }

        return deleted;
    }

    public Task<SessionTables> InspectAsync(CancellationToken cancellationToken) => inner.InspectAsync(cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void PublishAppended(SessionKey key, PreparedEvent offered, long revision) => hub.Publish(
        key, revision, (offered, revision), static (of, made) => SessionChange.Appended(
            of, StoredEvent.Read(made.offered.Json, made.offered.Id, made.offered.InvocationId, made.offered.Timestamp, made.revision)));

    private void PublishDeleted(SessionKey key) =>
        hub.Publish(key, SessionSignal.Deleted, 0, static (of, _) => SessionChange.Deleted(of));
}
