namespace Runtime.Storage.Migration;

/// <summary>How a migration treats what it cannot know by itself.</summary>
public sealed record MigrationOptions
{
    /// <summary>Gets whether an event whose actions cannot be read is written with empty actions, instead of stopping the migration. Default: it stops.</summary>
    public bool SkipUnreadableActions { get; init; }

    /// <summary>
    /// Gets the time zone of the hosts that wrote the events of schema version 0: ADK Python wrote their local time without saying so. Default UTC,
    /// which is what containers have, and what ADK's own migration takes it for.
    /// </summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Gets how many events are converted in one transaction.</summary>
    internal int BatchSize { get; init; } = 500;
}
