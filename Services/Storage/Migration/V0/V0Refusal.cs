namespace Runtime.Storage.Migration.V0;

/// <summary>What a store answers on tables of schema version 0.</summary>
internal static class V0Refusal
{
    private const string Command = "dotnet run --project Services/SessionService -- migrate";

    /// <param name="migrating">Whether the table of a migration is there, see <see cref="MigrationDatabase.Target"/>.</param>
    public static StorageException For(bool migrating) => migrating
        ? new(
            StorageFailure.SchemaMigrating, "The session database is being migrated from ADK schema version 0, or a migration of it was interrupted.",
            $"Wait until it is done; if none is running, go on with: {Command}")
        : new(StorageFailure.SchemaOutdated, "The session database has the tables of ADK schema version 0.", $"Migrate it with: {Command}");
}
