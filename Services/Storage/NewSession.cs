using Runtime.Storage.State;

namespace Runtime.Storage;

/// <summary>What a session begins with.</summary>
/// <param name="State">Initial state; a key that its app or user has already is overwritten.</param>
public sealed record NewSession(ScopedState State)
{
    /// <summary>Gets the name for people, at most <see cref="SessionLabels.MaxNameLength"/> characters; empty for none.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Gets the labels.</summary>
    public SessionLabels Labels { get; init; } = SessionLabels.None;

    /// <summary>Gets when the session expires; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpireTime { get; init; }
}
