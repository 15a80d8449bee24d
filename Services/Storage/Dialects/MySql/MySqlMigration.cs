using System.Data.Common;
using MySqlConnector;
using Runtime.Storage.Connections;
using Runtime.Storage.Migration;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>
/// The statements of a migration on MySQL and MariaDB, where no change of a table is part of a transaction: the tables change names in one
/// statement, and what version 0 wrote until then follows.
/// </summary>
internal sealed class MySqlMigration : MigrationDatabase
{
    private readonly MySqlConnectionStringBuilder _settings;

    private MySqlMigration(MySqlConnectionStringBuilder settings)
        : base(new MySqlConnection(settings.ConnectionString)) => _settings = settings;

    public override string Name => $"{Product} database '{_settings.Database}' at '{_settings.Server}:{_settings.Port}'";

    public override string Backup => $"{(Product == "MariaDB" ? "mariadb-dump" : "mysqldump")} --host={Shell.Quote(_settings.Server)} --port={_settings.Port} "
        + $"--user={Shell.Quote(_settings.UserID)} --password --single-transaction --result-file={Shell.Quote($"{_settings.Database}-v0.sql")} {Shell.Quote(_settings.Database)}";

    public override bool RenamesInTransaction => false;

    protected override string KeyColumn => "`key`";

    private string Product => Connection.State == System.Data.ConnectionState.Open && Connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
        ? "MariaDB"
        : "MySQL";

    public static MySqlMigration For(ConnectionUrl url)
    {
        var settings = MySqlAddress.Settings(url);
        settings.Pooling = false;
        settings.DefaultCommandTimeout = 0;
        return new(settings);
    }

    public override async Task<bool> TryLockAsync(CancellationToken cancellationToken) =>
        await ScalarAsync("SELECT GET_LOCK(CONCAT('runtime-migrate-', MD5(DATABASE())), 0) = 1", [], cancellationToken) is long and 1 or 1;

    public override async Task<IReadOnlySet<string>> ColumnsAsync(string table, CancellationToken cancellationToken) =>
        (await QueryAsync(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = @table",
            [("@table", table)], row => row.GetString(0), cancellationToken)).ToHashSet(StringComparer.OrdinalIgnoreCase);

    public override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // A foreign key needs the very type, character set and collation of the column it refers to, whatever the database has by default.
        var columns = await QueryAsync(
            """
            SELECT column_name, CONCAT(column_type, ' CHARACTER SET ', character_set_name, ' COLLATE ', collation_name)
            FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'events' AND character_set_name IS NOT NULL
            """, [], row => (Name: row.GetString(0), Type: row.GetString(1)), cancellationToken);
        var types = columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.OrdinalIgnoreCase);

        await ExecuteAsync(
            $"CREATE TABLE IF NOT EXISTS {MigrationMark.Table} (name varchar(191) NOT NULL, value longtext NOT NULL, PRIMARY KEY (name))", [], cancellationToken);
        await ExecuteAsync(
            $"""
            CREATE TABLE IF NOT EXISTS {Target} (
                {string.Join(", ", V0Columns.Key.Select(column => $"{column} {types[column]} NOT NULL"))},
                invocation_id {types["invocation_id"]} NOT NULL, timestamp datetime(6) NOT NULL, event_data longtext CHARACTER SET utf8mb4,
                PRIMARY KEY (id, app_name, user_id, session_id),
                INDEX idx_events_app_user_session_ts (app_name, user_id, session_id, timestamp DESC),
                CONSTRAINT {Target}_session FOREIGN KEY (app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE)
            """, [], cancellationToken);
    }

    // The change of names waits by itself for whoever is writing.
    public override Task LockEventsAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task RenameAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("SET SESSION lock_wait_timeout = 30", [], cancellationToken);
        await ExecuteAsync($"RENAME TABLE events TO {Kept}, {Target} TO events", [], cancellationToken);
    }

    public override StorageException Translate(DbException error) => error is MySqlException { ErrorCode: MySqlErrorCode.LockWaitTimeout }
        ? InUse(error)
        : MySqlErrors.Translate(error, _settings);
}
