namespace Runtime.Storage;

/// <summary>The few answers that a caller can act on; a dialect reduces every driver error to one of them.</summary>
public enum StorageFailure
{
    /// <summary>No category fits: a fault to look into.</summary>
    Unknown,

    /// <summary>The database does not answer. The same call may work later.</summary>
    Unavailable,

    /// <summary>Writers kept getting in each other's way until the attempts ran out. The same call may work later.</summary>
    Contention,

    /// <summary>The database did not finish in its time.</summary>
    Timeout,

    /// <summary>The database refuses these credentials or this user, or has no database of that name.</summary>
    Denied,

    /// <summary>The tables are an older layout than this store writes.</summary>
    SchemaOutdated,

    /// <summary>The tables are being migrated. The same call works when that is done.</summary>
    SchemaMigrating,

    /// <summary>The tables are a newer or unknown layout.</summary>
    SchemaTooNew,

    /// <summary>The database cannot represent the value.</summary>
    InvalidData,

    /// <summary>A stored value is not what it should be.</summary>
    DataUnreadable,

    /// <summary>The state of a scope would pass its limit; nothing was changed.</summary>
    StateTooLarge,

    /// <summary>No space is left, or the database may only be read.</summary>
    Full,
}

/// <summary>
/// The database could not do what was asked. The message is meant for people and holds no secret; the driver's own error is inside.
/// </summary>
/// <param name="failure">The category that decides what a caller does next.</param>
/// <param name="problem">What happened, as a sentence.</param>
/// <param name="fix">The one step that most likely helps.</param>
/// <param name="inner">The driver's own error, where there is one.</param>
public sealed class StorageException(StorageFailure failure, string problem, string fix, Exception? inner = null)
    : Exception($"{problem} Fix: {fix}", inner)
{
    /// <summary>Gets what happened, as a sentence.</summary>
    public string Problem { get; } = problem;

    /// <summary>Gets the one step that most likely helps.</summary>
    public string Fix { get; } = fix;

    /// <summary>Gets the category that decides what a caller does next.</summary>
    public StorageFailure Failure { get; } = failure;
}
