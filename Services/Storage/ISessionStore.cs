using Runtime.Storage.Events;

namespace Runtime.Storage;

/// <summary>Keeps sessions, events and scoped state. Safe for concurrent use; one per process.</summary>
/// <remarks>
/// The contract that every dialect meets; the contract suite runs it on each. Expected outcomes are values. What the database refuses or
/// cannot do is a <see cref="StorageException"/>. Opening a store does no input or output: the first call connects and creates the tables,
/// and a call after a failed one tries again, so a process may start before its database. From its expire time on a session is found by no
/// call, and its id is free again, whether or not <see cref="SweepAsync"/> has removed it yet.
/// </remarks>
public interface ISessionStore : IAsyncDisposable
{
    /// <summary>Creates a session; the state rows of its app and user come to be as well. The returned state includes what these held.</summary>
    /// <exception cref="StorageException">With <see cref="StorageFailure.StateTooLarge"/> when a scope would pass its limit.</exception>
    Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken);

    /// <summary>Reads a session at one moment; <see langword="null"/> when this user has none of that id.</summary>
    Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken);

    /// <summary>Reads one page of a session's events; <see langword="null"/> when this user has no session of that id.</summary>
    /// <remarks>The cost is that of the page, wherever in the session it lies. Memory holds one page.</remarks>
    Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken);

    /// <summary>Reads one page of sessions, in a number of statements that does not depend on how many there are.</summary>
    Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes a session and its events. False when there was none.</summary>
    Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken);

    /// <summary>Appends an event and applies its state delta in one transaction; returns after the commit.</summary>
    /// <param name="key">The session.</param>
    /// <param name="offered">An event that is not partial.</param>
    /// <param name="expectedRevision">Append only at this revision; <see langword="null"/> appends after whatever is there.</param>
    /// <returns><see cref="Appended"/>, <see cref="AlreadyAppended"/>, <see cref="EventIdTaken"/>, <see cref="RevisionConflict"/> or
    /// <see cref="SessionMissing"/>.</returns>
    /// <exception cref="StorageException">With <see cref="StorageFailure.StateTooLarge"/> when a scope would pass its limit.</exception>
    Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken);

    /// <summary>Appends events in their order, all or none, in one transaction; returns after the commit.</summary>
    /// <param name="offered">One event or more, none partial, no id twice. Events that are stored already, with equal content, are left out.</param>
    /// <param name="expectedRevision">Append only at this revision. Not looked at when every event is stored already.</param>
    /// <returns><see cref="BatchAppended"/>, <see cref="EventIdTaken"/>, <see cref="RevisionConflict"/> or <see cref="SessionMissing"/>.</returns>
    Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken);

    /// <summary>Changes state without an event, and the session's name, labels and expiry, in one transaction.</summary>
    /// <remarks>
    /// A state change makes a revision and sets the update time to the server's. A change of name, labels and expiry alone makes none, so
    /// that no writer of the session turns stale by it.
    /// </remarks>
    /// <returns><see cref="SessionUpdated"/>, <see cref="RevisionConflict"/> or <see cref="SessionMissing"/>.</returns>
    Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken);

    /// <summary>Deletes one event. State stays as it is; the session gets a new revision, and keeps its update time.</summary>
    /// <returns><see cref="EventDeleted"/>, <see cref="EventMissing"/>, <see cref="RevisionConflict"/> or <see cref="SessionMissing"/>.</returns>
    Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken);

    /// <summary>Reads the state in the session's own scope, as it was at first and is now; <see langword="null"/> when this user has no session of that id.</summary>
    Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken);

    /// <summary>Reads how far the sessions of one user have come, or one session of them, in one statement.</summary>
    /// <param name="id">Only this session; <see langword="null"/> for all of the user.</param>
    Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken);

    /// <summary>Finds the users of an app that have a session of this id, for callers that know no user.</summary>
    /// <returns>At most two of them: two say that the id alone does not name a session.</returns>
    Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken);

    /// <summary>Deletes sessions that have expired, with their events. Safe to run in several processes at once.</summary>
    /// <param name="limit">At most so many, so that one call holds no lock for long.</param>
    /// <returns>What was deleted; fewer than <paramref name="limit"/> when none is left for now.</returns>
    Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Looks what tables the database has, with a few statements that change nothing: it makes no table, and no file.</summary>
    /// <exception cref="StorageException">The database does not answer, or has tables that this store does not work with.</exception>
    Task<SessionTables> InspectAsync(CancellationToken cancellationToken);

    /// <summary>Asks the database a real question, creating tables and indexes where they are missing.</summary>
    /// <exception cref="StorageException">The database does not answer, or not as needed.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
