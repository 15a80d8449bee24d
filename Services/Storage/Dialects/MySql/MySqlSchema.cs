using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Creates what is missing, safely when several replicas start at once.</summary>
/// <remarks>
/// ADK's tables, schema version 1, typed as ADK JS 2.0 types them on MariaDB: its start-up update would otherwise retype the columns, and
/// with them cut every time to whole seconds, so what is finer is in columns of ours. That update also drops all indexes but the primary
/// keys; it leaves collations, triggers, other tables and columns with a default alone. ADK Python's tables are taken as they are.
/// </remarks>
internal sealed partial class MySqlSchema(ILogger log)
{
    // Below the time that the driver gives a statement.
    private const int LockSeconds = 20;

    /// <summary>The order of events. Ids, which decide between equals, are in the index without being named: it ends with the primary key.</summary>
    public const string EventColumns = "app_name,user_id,session_id,timestamp,runtime_micros,runtime_revision";
    private const string EventIndex = "idx_events_app_user_session_ts";
    private const string CreateTrigger = "CREATE TRIGGER ";
    private const string TriggersRow = "triggers";
    private const string InsertTrigger = "runtime_events_insert";
    private const string UpdateTrigger = "runtime_events_update";

    private static readonly (string Table, string Name, string Columns)[] _indexes =
    [
        ("events", EventIndex, EventColumns),
        ("sessions", "idx_runtime_sessions_user", "app_name,user_id,update_time,runtime_update_micros,id"),
        ("sessions", "idx_runtime_sessions_app", "app_name,update_time,runtime_update_micros,user_id,id"),
        ("sessions", "idx_runtime_sessions_expires", "runtime_expires"),
    ];

    private static readonly (string Table, string Name, string Type)[] _columns =
    [
        ("sessions", "runtime_revision", "bigint NOT NULL DEFAULT 0"),
        ("sessions", "runtime_create_micros", "int NOT NULL DEFAULT 0"),
        ("sessions", "runtime_update_micros", "int NOT NULL DEFAULT 0"),
        ("sessions", "runtime_expires", "bigint NOT NULL DEFAULT 0"),
        ("sessions", "runtime_name", "text CHARACTER SET utf8mb4 NOT NULL DEFAULT ('')"),
        ("sessions", "runtime_labels", "text CHARACTER SET utf8mb4 NOT NULL DEFAULT ('{}')"),
        ("sessions", "runtime_initial_state", "longtext CHARACTER SET utf8mb4 NOT NULL DEFAULT ('')"),
        ("events", "runtime_revision", "bigint NOT NULL DEFAULT 0"),
        ("events", "runtime_micros", "int NOT NULL DEFAULT 0"),
        ("events", "runtime_text", "longtext CHARACTER SET utf8mb4 NOT NULL DEFAULT ('')"),
    ];

    private static readonly (string Name, string Columns)[] _tables =
    [
        ("adk_internal_metadata", "`key` varchar(255) NOT NULL, value varchar(255) NOT NULL, PRIMARY KEY (`key`)"),
        ("app_states", "app_name varchar(191) NOT NULL, state json NOT NULL, update_time datetime NOT NULL, PRIMARY KEY (app_name)"),
        ("user_states", """
            app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state json NOT NULL, update_time datetime NOT NULL,
            PRIMARY KEY (app_name, user_id)
            """),
        ("sessions", """
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state json NOT NULL,
            create_time datetime NOT NULL, update_time datetime NOT NULL, PRIMARY KEY (id, app_name, user_id)
            """),
        ("events", """
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, session_id varchar(191) NOT NULL,
            invocation_id varchar(255) NOT NULL, timestamp datetime NOT NULL, event_data json NOT NULL, PRIMARY KEY (id, app_name, user_id, session_id)
            """),
        ("runtime_schema", "name varchar(191) NOT NULL, value longtext NOT NULL, PRIMARY KEY (name)"),
    ];

    // For rows that ADK's own services insert: they raise no revision. They hold the lock on the session's row by then, so nobody waits in
    // a circle. Below the column's precision the time is taken from the event, when that is in milliseconds and of the same second.
    private const string CreateInsertTrigger = $"""
        {CreateTrigger}{InsertTrigger} BEFORE INSERT ON events FOR EACH ROW
        IF NEW.runtime_revision = 0 THEN
            UPDATE sessions SET runtime_revision = runtime_revision + 1
            WHERE app_name = NEW.app_name AND user_id = NEW.user_id AND id = NEW.session_id;
            SET NEW.runtime_revision = COALESCE((
                SELECT runtime_revision FROM sessions WHERE app_name = NEW.app_name AND user_id = NEW.user_id AND id = NEW.session_id), 0);
            SET @runtime_stamp = CAST(COALESCE(JSON_EXTRACT(NEW.event_data, '$.timestamp'), 0) AS DECIMAL(20, 3));
            IF @runtime_stamp > 100000000000 AND MICROSECOND(NEW.timestamp) = 0 AND MOD(FLOOR(@runtime_stamp / 1000), 60) = SECOND(NEW.timestamp) THEN
                SET NEW.runtime_micros = MOD(@runtime_stamp * 1000, 1000000);
            END IF;
        END IF
        """;

    // ADK JS writes an event again whose id it is given again: then it is what the new text says, not what was once kept beside it.
    private const string CreateUpdateTrigger = $"""
        {CreateTrigger}{UpdateTrigger} BEFORE UPDATE ON events FOR EACH ROW
        IF NOT NEW.event_data <=> OLD.event_data THEN
            SET NEW.runtime_text = '';
            UPDATE sessions SET runtime_revision = runtime_revision + 1
            WHERE app_name = NEW.app_name AND user_id = NEW.user_id AND id = NEW.session_id;
        END IF
        """;

    private readonly ConcurrentDictionary<string, int> _refused = new(StringComparer.Ordinal);

    /// <summary>Makes what is missing and says how the tables keep what they keep.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public async Task<MySqlLayout> EnsureAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        // Looking first: a user that may not create tables can still run on tables that are there.
        var catalog = await MySqlCatalog.ReadAsync(connection, cancellationToken);
        if (Missing(catalog).Any(step => !_refused.ContainsKey(step.Sql)))
        {
            catalog.Layout();
            await CreateAsync(connection, cancellationToken);
            catalog = await MySqlCatalog.ReadAsync(connection, cancellationToken);
        }

        var layout = catalog.Layout();
        await RequireVersionAsync(connection, cancellationToken);
        return layout;
    }

    /// <summary>Looks, and changes nothing.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static async Task<SessionTables> InspectAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var catalog = await MySqlCatalog.ReadAsync(connection, cancellationToken);
        _ = catalog.Layout();
        if (catalog.HasTable("adk_internal_metadata"))
        {
            await RequireVersionAsync(connection, cancellationToken);
        }

        if (!catalog.HasTable("sessions") && !catalog.HasTable("events"))
        {
            return SessionTables.None;
        }

        if (Missing(catalog).Any(step => step.IsNeeded))
        {
            return SessionTables.Incomplete;
        }

        // A user may see tables that it may not read.
        await ScalarAsync(connection, "SELECT 1 FROM sessions LIMIT 1", cancellationToken);
        return SessionTables.Complete;
    }

    private async Task CreateAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        // The name of such a lock is the server's, not the database's, and at most 64 characters.
        const string name = "CONCAT('runtime.', MD5(DATABASE()))";
        if (await ScalarAsync(connection, $"SELECT GET_LOCK({name}, {LockSeconds})", cancellationToken) is not (1L or 1))
        {
            throw new StorageException(StorageFailure.Contention, "Another replica has been making the tables for a while.", "Send the call again.");
        }

        try
        {
            // Data definition cannot be undone in these products; each statement stands alone, and what is there by now is left out.
            foreach (var (sql, isNeeded) in Missing(await MySqlCatalog.ReadAsync(connection, cancellationToken)).ToList())
            {
                try
                {
                    await ScalarAsync(connection, sql, cancellationToken);
                    if (sql.StartsWith(CreateTrigger, StringComparison.Ordinal))
                    {
                        await ScalarAsync(connection, $"INSERT IGNORE INTO runtime_schema (name, value) VALUES ('{TriggersRow}', '')", cancellationToken);
                    }
                }
                catch (MySqlException refused) when (!isNeeded && MySqlErrors.IsRefused(refused))
                {
                    // Who may not create triggers does not see them either, but may know from a note that they are there.
                    var isThere = sql.StartsWith(CreateTrigger, StringComparison.Ordinal)
                        && await ScalarAsync(connection, $"SELECT name FROM runtime_schema WHERE name = '{TriggersRow}'", cancellationToken) is not null;
                    if (_refused.TryAdd(sql, (int)refused.ErrorCode) && !isThere)
                    {
                        Log.Refused(log, sql.Split('\n')[0], (int)refused.ErrorCode);
                    }
                }
            }

            if (await VersionAsync(connection, cancellationToken) is null)
            {
                await ScalarAsync(connection, "INSERT IGNORE INTO adk_internal_metadata (`key`, value) VALUES ('schema_version', '1')", cancellationToken);
            }
        }
        finally
        {
            await ScalarAsync(connection, $"SELECT RELEASE_LOCK({name})", CancellationToken.None);
        }
    }

    /// <summary>The statements that make what is missing. What is not needed makes reads slow, or lets other programs' events go unnoticed.</summary>
    private static IEnumerable<(string Sql, bool IsNeeded)> Missing(MySqlCatalog catalog)
    {
        foreach (var (name, columns) in _tables.Where(table => !catalog.HasTable(table.Name)))
        {
            yield return ($"CREATE TABLE IF NOT EXISTS {name} ({columns}) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE {catalog.Server.Collation}", true);
        }

        foreach (var table in _columns.Where(column => !catalog.HasColumn(column.Table, column.Name)).GroupBy(column => column.Table))
        {
            var added = new StringBuilder().AppendJoin(", ", table.Select(column => $"ADD COLUMN {column.Name} {column.Type.Replace("utf8mb4", $"utf8mb4 COLLATE {catalog.Server.Collation}", StringComparison.Ordinal)}"));
            yield return ($"ALTER TABLE {table.Key} {added}", true);
        }

        foreach (var (table, name, columns) in _indexes.Where(index => catalog.IndexOn(index.Table, index.Columns) is null))
        {
            // ADK Python has an index of this name that ends with the time.
            var free = catalog.HasIndexNamed(table, name) ? "idx_runtime_events" : name;
            yield return ($"CREATE INDEX {free} ON {table} ({columns})", false);
        }

        // Finds sessions by their id, as the primary key does, but for that of ADK Python's tables, which begins with the app and the user.
        if (catalog.HasTable("sessions") && catalog.IndexOn("sessions", "id,app_name") is null)
        {
            yield return ("CREATE INDEX idx_runtime_sessions_id ON sessions (id,app_name)", false);
        }

        if (!catalog.HasTrigger(InsertTrigger))
        {
            yield return (CreateInsertTrigger, false);
        }

        if (!catalog.HasTrigger(UpdateTrigger))
        {
            yield return (CreateUpdateTrigger, false);
        }
    }

    private static async Task RequireVersionAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        if (await VersionAsync(connection, cancellationToken) is { } version && version != "1")
        {
            throw new StorageException(
                StorageFailure.SchemaTooNew, $"The session database has ADK schema version '{version}', and this service writes version 1.",
                "Upgrade the service.");
        }
    }

    private static async Task<string?> VersionAsync(MySqlConnection connection, CancellationToken cancellationToken) =>
        await ScalarAsync(connection, "SELECT value FROM adk_internal_metadata WHERE `key` = 'schema_version'", cancellationToken) as string;

    private static async Task<object?> ScalarAsync(MySqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(3201, LogLevel.Warning, "The database user may not do this, so the store goes on without it: {Statement} (error {Error}).")]
        public static partial void Refused(ILogger logger, string statement, int error);
    }
}
