namespace Runtime.Storage;

/// <summary>What a store refuses to hold.</summary>
public sealed record StorageLimits
{
    /// <summary>Gets the largest state of one scope (one session, one user in one app, one app), in bytes of JSON. Default 1 MiB.</summary>
    /// <remarks>
    /// A dialect that merges state in the database may count a key that is overwritten both before and after, and may refuse up to that
    /// much earlier.
    /// </remarks>
    public int MaxStateBytes { get; init; } = 1024 * 1024;

    internal StorageException StateTooLarge() => new(
        StorageFailure.StateTooLarge, $"The state would have more than {MaxStateBytes} bytes in one scope.",
        "Remove keys by setting them to null, or keep large values as artifacts and store their names.");
}
