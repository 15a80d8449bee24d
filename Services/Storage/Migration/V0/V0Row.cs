namespace Runtime.Storage.Migration.V0;

/// <summary>A row of <c>events</c> in ADK schema version 0. ADK added columns over time without a migration, so most of them may be absent.</summary>
internal sealed record V0Row
{
    public required string Id { get; init; }

    public required string AppName { get; init; }

    public required string UserId { get; init; }

    public required string SessionId { get; init; }

    /// <summary>Gets the time of the event; <see langword="null"/> when the column holds none that can be read.</summary>
    public required DateTimeOffset? Timestamp { get; init; }

    public string? InvocationId { get; init; }

    public string? Author { get; init; }

    public string? Branch { get; init; }

    /// <summary>Gets the pickle of an <c>EventActions</c>.</summary>
    public byte[]? Actions { get; init; }

    public bool? Partial { get; init; }

    public bool? TurnComplete { get; init; }

    public bool? Interrupted { get; init; }

    public string? ErrorCode { get; init; }

    public string? ErrorMessage { get; init; }

    /// <summary>Gets the columns that hold JSON, by name; those that are null are left out.</summary>
    public IReadOnlyDictionary<string, string> Json { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the primary key, in the order of <see cref="V0Columns.Key"/>.</summary>
    public string[] Key => [Id, AppName, UserId, SessionId];
}
