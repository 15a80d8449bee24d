using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Creates what is missing, safely when several replicas start at once.</summary>
/// <remarks>
/// ADK's tables, schema version 1, typed as ADK JS types them: its start-up update would otherwise retype the columns. That update also
/// drops all indexes but the primary keys, so they are looked for at every start. Columns of ours begin with <c>runtime_</c> and have
/// defaults, so that ADK's own services can keep inserting.
/// </remarks>
internal static class PostgresSchema
{
    // Any fixed number will do, as long as nothing else in the database takes the same advisory lock.
    private const long LockKey = 0x52756e74696d65;

    private const string Probe = """
        SELECT to_regclass('adk_internal_metadata') IS NOT NULL AND to_regclass('app_states') IS NOT NULL
               AND to_regclass('user_states') IS NOT NULL AND to_regclass('idx_events_app_user_session_ts') IS NOT NULL
               AND to_regclass('idx_sessions_app_user') IS NOT NULL
               AND (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped AND attname = 'runtime_revision'
                    AND attrelid IN (to_regclass('sessions'), to_regclass('events'))) = 2
               AND (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped AND attname = 'runtime_text' AND attrelid = to_regclass('events')) = 1,
               (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass('events') AND attname = 'timestamp' AND NOT attisdropped),
               EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('events') AND attname = 'actions' AND NOT attisdropped)
               AND NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('events') AND attname = 'event_data' AND NOT attisdropped)
        """;

    private const string Create = """
        CREATE TABLE IF NOT EXISTS adk_internal_metadata (
            key varchar(255) NOT NULL, value varchar(255) NOT NULL, PRIMARY KEY (key));
        CREATE TABLE IF NOT EXISTS app_states (
            app_name varchar(191) NOT NULL, state jsonb NOT NULL, update_time timestamptz NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE IF NOT EXISTS user_states (
            app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state jsonb NOT NULL, update_time timestamptz NOT NULL,
            PRIMARY KEY (app_name, user_id));
        CREATE TABLE IF NOT EXISTS sessions (
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state jsonb NOT NULL,
            create_time timestamptz NOT NULL, update_time timestamptz NOT NULL, PRIMARY KEY (id, app_name, user_id));
        CREATE TABLE IF NOT EXISTS events (
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, session_id varchar(191) NOT NULL,
            invocation_id varchar(255) NOT NULL, timestamp timestamptz NOT NULL, event_data jsonb NOT NULL,
            PRIMARY KEY (id, app_name, user_id, session_id));
        ALTER TABLE sessions ADD COLUMN IF NOT EXISTS runtime_revision bigint NOT NULL DEFAULT 0;
        ALTER TABLE events ADD COLUMN IF NOT EXISTS runtime_revision bigint NOT NULL DEFAULT 0;
        ALTER TABLE events ADD COLUMN IF NOT EXISTS runtime_text text NOT NULL DEFAULT '';
        CREATE INDEX IF NOT EXISTS idx_events_app_user_session_ts
            ON events (app_name, user_id, session_id, timestamp DESC, runtime_revision DESC);
        CREATE INDEX IF NOT EXISTS idx_sessions_app_user ON sessions (app_name, user_id, id);
        INSERT INTO adk_internal_metadata (key, value) VALUES ('schema_version', '1') ON CONFLICT (key) DO NOTHING;
        """;

    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static async Task EnsureAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        // Looking first: a user that may not create tables can still run on tables that are there.
        if (!await CompleteAsync(connection, cancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken);
            await ExecuteAsync(connection, Create, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await RequireVersionAsync(connection, cancellationToken);
    }

    private static async Task<bool> CompleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Probe, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(2))
        {
            throw new StorageException(
                StorageFailure.SchemaOutdated, "The session database has the tables of ADK schema version 0.",
                "Migrate it to version 1, or name an empty database.");
        }

        if (!reader.IsDBNull(1) && reader.GetString(1) != "timestamp with time zone")
        {
            throw new StorageException(
                StorageFailure.SchemaOutdated, $"The session database keeps event times as '{reader.GetString(1)}', not with a time zone.",
                "Name a database that this service or ADK JS created.");
        }

        return reader.GetBoolean(0);
    }

    private static async Task RequireVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT value FROM adk_internal_metadata WHERE key = 'schema_version'", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is string version && version != "1")
        {
            throw new StorageException(
                StorageFailure.SchemaTooNew, $"The session database has ADK schema version '{version}', and this service writes version 1.",
                "Upgrade the service.");
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
