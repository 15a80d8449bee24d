namespace Runtime.Storage.Events;

/// <summary>Fields of an event that a writer set outside its JSON; each one set wins over the JSON.</summary>
public sealed record EventHeader
{
    /// <summary>Gets the id; empty takes the JSON's, else a new one.</summary>
    public string Id { get; init; } = "";

    /// <summary>Gets the invocation id; empty takes the JSON's.</summary>
    public string InvocationId { get; init; } = "";

    /// <summary>Gets the author; empty takes the JSON's.</summary>
    public string Author { get; init; } = "";

    /// <summary>Gets the time of the event; <see langword="null"/> takes the JSON's, else the server's.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Gets whether the event is a chunk; <see langword="null"/> takes the JSON's.</summary>
    public bool? Partial { get; init; }

    /// <summary>Gets a state delta as JSON; empty takes the one in the event's actions.</summary>
    public string StateDelta { get; init; } = "";

    /// <summary>Gets whether every key of the state delta is the session's own, <c>app:</c> and <c>user:</c> ones too: see <see cref="State.ScopedState.OfSession"/>.</summary>
    public bool SessionScopeOnly { get; init; }
}
