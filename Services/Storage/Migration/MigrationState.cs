namespace Runtime.Storage.Migration;

/// <summary>What a database's tables are, as far as a migration asks.</summary>
/// <param name="Tables">What there is.</param>
/// <param name="V0Columns">The columns of the version 0 events, by whichever name their table has now.</param>
/// <param name="Mark">How far an interrupted run came.</param>
internal sealed record MigrationState(MigrationTables Tables, IReadOnlySet<string> V0Columns, MigrationMark? Mark)
{
    public static async Task<MigrationState> InspectAsync(MigrationDatabase database, CancellationToken cancellationToken)
    {
        var version = (await database.ColumnsAsync("adk_internal_metadata", cancellationToken)).Count > 0 ? await database.VersionAsync(cancellationToken) : null;
        var mark = await database.MarkAsync(cancellationToken);
        if (version is not (null or "0" or "1") || mark?.To > StorageMigrations.Newest)
        {
            throw new StorageException(
                StorageFailure.SchemaTooNew,
                $"{database.Name} has ADK schema version '{version ?? $"{mark!.To}"}', and this program knows versions up to {StorageMigrations.Newest}.",
                "Upgrade the service.");
        }

        var events = await database.ColumnsAsync("events", cancellationToken);
        var kept = await database.ColumnsAsync(MigrationDatabase.Kept, cancellationToken);
        if (IsV0(events))
        {
            return kept.Count == 0 ? new(MigrationTables.Version0, events, mark) : throw new StorageException(
                StorageFailure.SchemaOutdated, $"{database.Name} has ADK schema version 0, and a table '{MigrationDatabase.Kept}' beside it already.",
                $"Rename '{MigrationDatabase.Kept}', or drop it if it is not needed, then run the command again.");
        }

        return (events.Count, mark) switch
        {
            (0, _) => new(MigrationTables.None, events, mark),
            (_, not null) when IsV0(kept) => new(MigrationTables.Renamed, kept, mark),
            _ when events.Contains("event_data") => new(MigrationTables.Current, events, mark),
            _ => throw new StorageException(
                StorageFailure.SchemaTooNew, $"{database.Name} has a table 'events' that is of no layout of ADK's.", "Name another database."),
        };
    }

    private static bool IsV0(IReadOnlySet<string> events) => events.Contains("actions") && !events.Contains("event_data");
}

/// <summary>What tables a database has.</summary>
internal enum MigrationTables
{
    /// <summary>None yet: the first start of a service makes them.</summary>
    None,

    /// <summary>Those of schema version 0.</summary>
    Version0,

    /// <summary>Those of version 1, with a few events still to come from the table that version 0 left.</summary>
    Renamed,

    /// <summary>Those of version 1.</summary>
    Current,
}
