namespace Runtime.Storage.Migration;

/// <summary>How far a migration is.</summary>
/// <param name="Stage">What it does now.</param>
/// <param name="Converted">Events converted, with those of interrupted runs.</param>
/// <param name="Events">Events in all, as counted at the start.</param>
public sealed record MigrationProgress(MigrationStage Stage, long Converted, long Events);

/// <summary>What a migration is doing.</summary>
public enum MigrationStage
{
    /// <summary>Another run has the lock; this one goes on when that has ended.</summary>
    Waiting,

    /// <summary>Events are being converted into a table of their own; the old tables are untouched.</summary>
    Converting,

    /// <summary>The new table takes the old one's place.</summary>
    Swapping,
}
