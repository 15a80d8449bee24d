namespace Runtime.Storage.Migration;

/// <summary>What a migration found, and what it would do.</summary>
public sealed record MigrationPlan
{
    /// <summary>Gets the database, without user and password.</summary>
    public required string Database { get; init; }

    /// <summary>Gets what its tables are, in words.</summary>
    public required string Found { get; init; }

    /// <summary>Gets the steps that are needed, in order; none when the tables are current, or when there are none yet.</summary>
    public required IReadOnlyList<MigrationStep> Steps { get; init; }

    /// <summary>Gets the number of events to convert, including those that an interrupted run has converted already.</summary>
    public long Events { get; init; }

    /// <summary>Gets the number of events that an interrupted run has converted.</summary>
    public long Converted { get; init; }

    /// <summary>Gets a command that makes a backup first; it asks for the password itself.</summary>
    public string Backup { get; init; } = "";
}
