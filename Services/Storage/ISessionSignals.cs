namespace Runtime.Storage;

/// <summary>A store whose database carries short messages between processes. A hint, not a record: a message may be lost.</summary>
/// <remarks>Stores without it are asked for <see cref="ISessionStore.ListHeadsAsync"/> at an interval instead.</remarks>
public interface ISessionSignals
{
    /// <summary>Says which sessions changed to every process that listens, this one included.</summary>
    Task SignalAsync(IReadOnlyCollection<SessionSignal> changed, CancellationToken cancellationToken);

    /// <summary>Listens until it is cancelled or the connection breaks; then the enumeration throws, and can be begun again.</summary>
    IAsyncEnumerable<SessionSignal> ListenAsync(CancellationToken cancellationToken);
}

/// <summary>A session came to a revision, or is gone.</summary>
/// <param name="Key">The session.</param>
/// <param name="Revision">The revision, <see cref="Deleted"/> or <see cref="Described"/>.</param>
public readonly record struct SessionSignal(SessionKey Key, long Revision)
{
    /// <summary>In place of a revision: the session was deleted.</summary>
    public const long Deleted = -1;

    /// <summary>In place of a revision: the session's name, labels or expiry changed, which makes none.</summary>
    public const long Described = -2;
}
