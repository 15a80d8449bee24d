using Runtime.Storage.State;

namespace Runtime.Storage;

/// <summary>A change of a session that is no event. What is <see langword="null"/> stays as it is.</summary>
public sealed record SessionUpdate
{
    /// <summary>Gets the state change; each key is overwritten whole, and null stores null.</summary>
    public ScopedState State { get; init; } = ScopedState.Empty;

    /// <summary>
    /// Gets whether the session's own part of <see cref="State"/> takes the place of all the session's own state, and clears it when empty.
    /// App and user state are merged all the same. Default false.
    /// </summary>
    public bool ReplaceSessionState { get; init; }

    /// <summary>Gets whether state changes, which makes a revision.</summary>
    public bool ChangesState => ReplaceSessionState || !State.IsEmpty;

    /// <summary>Gets the new name for people; empty removes it.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Gets the labels that take the place of all there were.</summary>
    public SessionLabels? Labels { get; init; }

    /// <summary>Gets the new expiry; <see cref="SessionExpiry.Never"/> removes it.</summary>
    public SessionExpiry? Expiry { get; init; }
}

/// <summary>When a session expires.</summary>
/// <param name="Time">The moment; <see langword="null"/> for never.</param>
public readonly record struct SessionExpiry(DateTimeOffset? Time)
{
    /// <summary>The session stays until it is deleted.</summary>
    public static SessionExpiry Never => default;
}
