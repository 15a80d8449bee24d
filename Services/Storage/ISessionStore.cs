using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage;

/// <summary>Keeps sessions, events and scoped state. Safe for concurrent use; one per process.</summary>
/// <remarks>
/// The contract that every dialect meets; the contract suite runs it on each. Expected outcomes are values. What the database refuses or
/// cannot do is a <see cref="StorageException"/>. Opening a store does no input or output: the first call connects and creates the tables,
/// and a call after a failed one tries again, so a process may start before its database.
/// </remarks>
public interface ISessionStore : IAsyncDisposable
{
    /// <summary>Creates a session; the state rows of its app and user come to be as well. The returned state includes what these held.</summary>
    Task<CreateOutcome> CreateAsync(SessionKey key, ScopedState state, CancellationToken cancellationToken);

    /// <summary>Reads a session at one moment; <see langword="null"/> when this user has none of that id.</summary>
    Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken);

    /// <summary>Reads one page of sessions, in a number of statements that does not depend on how many there are.</summary>
    Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes a session and its events. False when there was none.</summary>
    Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken);

    /// <summary>Appends an event and applies its state delta in one transaction; returns after the commit.</summary>
    /// <param name="key">The session.</param>
    /// <param name="offered">An event that is not partial.</param>
    /// <param name="expectedRevision">Append only at this revision; <see langword="null"/> appends after whatever is there.</param>
    Task<AppendOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken);

    /// <summary>Asks the database a real question, creating the tables where they are missing.</summary>
    /// <exception cref="StorageException">The database does not answer, or not as needed.</exception>
    Task CheckAsync(CancellationToken cancellationToken);
}
