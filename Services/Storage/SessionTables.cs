namespace Runtime.Storage;

/// <summary>What a look at a session database finds; what it cannot use is a <see cref="StorageException"/> instead.</summary>
public enum SessionTables
{
    /// <summary>No tables of sessions and events. The first call that needs them makes them.</summary>
    None,

    /// <summary>Tables that lack something of this store, such as those of an ADK. The first call that needs them adds it.</summary>
    Incomplete,

    /// <summary>Everything that this store works with.</summary>
    Complete,
}
