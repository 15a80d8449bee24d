using System.Data.Common;
using Npgsql;
using Runtime.Storage.Connections;
using Runtime.Storage.Migration;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>The statements of a migration on PostgreSQL, where all of the last step is one transaction.</summary>
internal sealed class PostgresMigration : MigrationDatabase
{
    // With the schema it makes the lock: two schemas of one database may migrate side by side.
    private const int LockKey = 0x52756e;

    private readonly NpgsqlConnectionStringBuilder _settings;
    private string _timeType = "timestamp";

    private PostgresMigration(NpgsqlConnectionStringBuilder settings)
        : base(new NpgsqlConnection(settings.ConnectionString)) => _settings = settings;

    public override string Name => $"PostgreSQL database '{_settings.Database}' at '{_settings.Host}:{_settings.Port}'";

    public override string Backup => $"pg_dump --host={Shell.Quote(_settings.Host)} --port={_settings.Port} --username={Shell.Quote(_settings.Username)} "
        + $"--format=custom --file={Shell.Quote($"{_settings.Database}-v0.dump")} {Shell.Quote(_settings.Database)}";

    public override bool RenamesInTransaction => true;

    public override bool RefusesNul => true;

    protected override string JsonParameter => "@json::jsonb";

    // The type of the column decides: without a time zone PostgreSQL drops the offset, with one it needs it.
    protected override string TimeParameter => $"(@time || '+00')::{_timeType}";

    public static PostgresMigration For(ConnectionUrl url)
    {
        var settings = url.Keywords is { } keywords ? new NpgsqlConnectionStringBuilder(keywords) : PostgresDialect.FromUrl(url);
        settings.CommandTimeout = 0;
        settings.ApplicationName ??= "session-service migrate";
        return new(settings);
    }

    public override ValueTask DisposeAsync()
    {
        // The driver wants a pool where there are several hosts; in a pool the connection would live on, and with it the lock.
        NpgsqlConnection.ClearPool((NpgsqlConnection)Connection);
        return base.DisposeAsync();
    }

    public override async Task<bool> TryLockAsync(CancellationToken cancellationToken) =>
        await ScalarAsync($"SELECT pg_try_advisory_lock({LockKey}, hashtext(current_schema()))", [], cancellationToken) is true;

    public override async Task<IReadOnlySet<string>> ColumnsAsync(string table, CancellationToken cancellationToken) =>
        (await TypesAsync(table, cancellationToken)).Keys.ToHashSet(StringComparer.Ordinal);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var types = await TypesAsync("events", cancellationToken);
        _timeType = types["timestamp"];
        await ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {MigrationMark.Table} (name varchar(64) NOT NULL PRIMARY KEY, value text NOT NULL);
            CREATE TABLE IF NOT EXISTS {Target} (
                {string.Join(", ", V0Columns.Key.Select(column => $"{column} {types[column]} NOT NULL"))},
                invocation_id {types["invocation_id"]} NOT NULL, timestamp {_timeType} NOT NULL, event_data jsonb, {PostgresSchemaSql.EventTextColumn},
                PRIMARY KEY (id, app_name, user_id, session_id),
                CONSTRAINT events_app_name_user_id_session_id_fkey FOREIGN KEY (app_name, user_id, session_id)
                    REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
            CREATE INDEX IF NOT EXISTS runtime_events_v1_ts ON {Target} (app_name, user_id, session_id, timestamp DESC);
            CREATE INDEX IF NOT EXISTS idx_events_app_user_session_ts ON events (app_name, user_id, session_id, timestamp DESC);
            """, [], cancellationToken);
    }

    public override Task LockEventsAsync(CancellationToken cancellationToken) =>
        ExecuteAsync("SET LOCAL lock_timeout = '30s'; LOCK TABLE events IN ACCESS EXCLUSIVE MODE", [], cancellationToken);

    // Index names are those that a fresh database has, so that whoever looks for an index by name finds the one on the table in use.
    // One with the kept table's name is there already when an earlier migration was taken back.
    public override Task RenameAsync(CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        DROP INDEX IF EXISTS idx_{Kept}_app_user_session_ts;
        ALTER TABLE events RENAME TO {Kept};
        ALTER INDEX IF EXISTS events_pkey RENAME TO {Kept}_pkey;
        ALTER INDEX idx_events_app_user_session_ts RENAME TO idx_{Kept}_app_user_session_ts;
        ALTER TABLE {Target} RENAME TO events;
        ALTER INDEX {Target}_pkey RENAME TO events_pkey;
        ALTER INDEX {Target}_ts RENAME TO idx_events_app_user_session_ts;
        """, [], cancellationToken);

    public override StorageException Translate(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
        ? InUse(error)
        : PostgresErrors.Translate(error, PostgresErrors.Classify(error), _settings);

    protected override string JsonText(string column) => $"{column}::text";

    private async Task<Dictionary<string, string>> TypesAsync(string table, CancellationToken cancellationToken)
    {
        var columns = await QueryAsync(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass(@table) AND attnum > 0 AND NOT attisdropped",
            [("@table", table)], row => (Name: row.GetString(0), Type: row.GetString(1)), cancellationToken);
        return columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
    }
}
