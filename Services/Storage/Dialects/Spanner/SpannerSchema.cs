using Google.Cloud.Spanner.Admin.Database.V1;
using Grpc.Core;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>Creates what is missing, safely when several replicas start at once.</summary>
/// <remarks>
/// The tables have ADK's names and columns, schema version 1. JSON is text, which keeps digits and the order of keys. Rows of one session lie
/// together, because its key comes first in every key; ADK's own tables begin with the event id, so they are not taken over.
/// </remarks>
internal static class SpannerSchema
{
    private const string Version = "1";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private static readonly string[] _tables = ["adk_internal_metadata", "app_states", "user_states", "sessions", "events"];
    private static readonly string[] _indexes = ["idx_events_app_user_session_ts", "idx_sessions_expire_time", "idx_sessions_id"];

    private static readonly string[] _googleSql =
    [
        """
        CREATE TABLE IF NOT EXISTS adk_internal_metadata (
            key STRING(255) NOT NULL, value STRING(255) NOT NULL
        ) PRIMARY KEY (key)
        """,
        """
        CREATE TABLE IF NOT EXISTS app_states (
            app_name STRING(191) NOT NULL, state STRING(MAX) NOT NULL, update_time TIMESTAMP NOT NULL
        ) PRIMARY KEY (app_name)
        """,
        """
        CREATE TABLE IF NOT EXISTS user_states (
            app_name STRING(191) NOT NULL, user_id STRING(191) NOT NULL, state STRING(MAX) NOT NULL, update_time TIMESTAMP NOT NULL
        ) PRIMARY KEY (app_name, user_id)
        """,
        """
        CREATE TABLE IF NOT EXISTS sessions (
            app_name STRING(191) NOT NULL, user_id STRING(191) NOT NULL, id STRING(191) NOT NULL, state STRING(MAX) NOT NULL,
            create_time TIMESTAMP NOT NULL, update_time TIMESTAMP NOT NULL, runtime_revision INT64 NOT NULL DEFAULT (0),
            runtime_initial_state STRING(MAX) NOT NULL DEFAULT ('{}'), runtime_display_name STRING(255) NOT NULL DEFAULT (''),
            runtime_labels STRING(MAX) NOT NULL DEFAULT ('{}'), runtime_expire_time TIMESTAMP
        ) PRIMARY KEY (app_name, user_id, id)
        """,
        """
        CREATE TABLE IF NOT EXISTS events (
            app_name STRING(191) NOT NULL, user_id STRING(191) NOT NULL, session_id STRING(191) NOT NULL, id STRING(191) NOT NULL,
            invocation_id STRING(255) NOT NULL, timestamp TIMESTAMP NOT NULL, event_data STRING(MAX) NOT NULL,
            runtime_revision INT64 NOT NULL DEFAULT (0)
        ) PRIMARY KEY (app_name, user_id, session_id, id)
        """,
        """
        CREATE INDEX IF NOT EXISTS idx_events_app_user_session_ts
        ON events (app_name, user_id, session_id, timestamp DESC, runtime_revision DESC)
        """,
        "CREATE NULL_FILTERED INDEX IF NOT EXISTS idx_sessions_expire_time ON sessions (runtime_expire_time)",
        "CREATE INDEX IF NOT EXISTS idx_sessions_id ON sessions (app_name, id) STORING (runtime_expire_time)",
    ];

    private static readonly string[] _postgreSql =
    [
        """
        CREATE TABLE IF NOT EXISTS adk_internal_metadata (
            key varchar(255) NOT NULL, value varchar(255) NOT NULL, PRIMARY KEY (key))
        """,
        """
        CREATE TABLE IF NOT EXISTS app_states (
            app_name varchar(191) NOT NULL, state text NOT NULL, update_time timestamptz NOT NULL, PRIMARY KEY (app_name))
        """,
        """
        CREATE TABLE IF NOT EXISTS user_states (
            app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state text NOT NULL, update_time timestamptz NOT NULL,
            PRIMARY KEY (app_name, user_id))
        """,
        """
        CREATE TABLE IF NOT EXISTS sessions (
            app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, id varchar(191) NOT NULL, state text NOT NULL,
            create_time timestamptz NOT NULL, update_time timestamptz NOT NULL, runtime_revision bigint NOT NULL DEFAULT 0,
            runtime_initial_state text NOT NULL DEFAULT '{}', runtime_display_name varchar(255) NOT NULL DEFAULT '',
            runtime_labels text NOT NULL DEFAULT '{}', runtime_expire_time timestamptz,
            PRIMARY KEY (app_name, user_id, id))
        """,
        """
        CREATE TABLE IF NOT EXISTS events (
            app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, session_id varchar(191) NOT NULL, id varchar(191) NOT NULL,
            invocation_id varchar(255) NOT NULL, timestamp timestamptz NOT NULL, event_data text NOT NULL,
            runtime_revision bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (app_name, user_id, session_id, id))
        """,
        """
        CREATE INDEX IF NOT EXISTS idx_events_app_user_session_ts
        ON events (app_name, user_id, session_id, timestamp DESC, runtime_revision DESC)
        """,
        "CREATE INDEX IF NOT EXISTS idx_sessions_expire_time ON sessions (runtime_expire_time) WHERE runtime_expire_time IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS idx_sessions_id ON sessions (app_name, id) INCLUDE (runtime_expire_time)",
    ];

    /// <summary>Sees to the tables, and returns which SQL the database speaks.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static async Task<DatabaseDialect> EnsureAsync(SpannerDatabase database, CancellationToken cancellationToken)
    {
        var dialect = await database.Client.DialectOfAsync(database.Name, cancellationToken);
        using var limit = new CancellationTokenSource(_patience);
        // Looking first: an account that may not change the schema can still run on tables that are there.
        while (await LookAsync(database, dialect, cancellationToken) is not SessionTables.Complete)
        {
            if (limit.IsCancellationRequested)
            {
                throw new StorageException(
                    StorageFailure.Timeout, $"The tables in '{database.Name}' did not come to be within {_patience.TotalMinutes:0} minutes.",
                    "Send the call again.");
            }

            try
            {
                await database.Admin.ChangeSchemaAsync(
                    database.Name, dialect is DatabaseDialect.Postgresql ? _postgreSql : _googleSql, cancellationToken);
            }
            catch (ServiceException error) when (IsBusy(error))
            {
                // Another replica is at it: look again.
                await Task.Delay(_pause, cancellationToken);
            }
        }

        await EnsureVersionAsync(database, cancellationToken);
        return dialect;
    }

    /// <summary>Looks, and changes nothing.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static async Task<SessionTables> InspectAsync(SpannerDatabase database, CancellationToken cancellationToken)
    {
        var found = await LookAsync(database, await database.Client.DialectOfAsync(database.Name, cancellationToken), cancellationToken);
        if (found is SessionTables.Complete)
        {
            await VersionAsync(database, cancellationToken);
        }

        return found;
    }

    // Spanner makes one schema change at a time; the emulator refuses a second one, and one beside a transaction.
    private static bool IsBusy(ServiceException error) => error.Status is StatusCode.FailedPrecondition or StatusCode.Aborted
        && error.Message.Contains("schema change", StringComparison.OrdinalIgnoreCase);

    private static async Task<SessionTables> LookAsync(SpannerDatabase database, DatabaseDialect dialect, CancellationToken cancellationToken)
    {
        var (schema, first, set) = dialect is DatabaseDialect.Postgresql ? ("public", "$1", "= ANY($2)") : ("", "@p1", "IN UNNEST(@p2)");
        // An index that is still being filled is no READ_WRITE one, and cannot be read yet.
        var statement = new SpannerStatement(
            $"""
            SELECT c.table_name, 'column', c.column_name FROM information_schema.columns AS c
            WHERE c.table_schema = {first} AND c.table_name {set}
            UNION ALL
            SELECT i.table_name, 'index', i.index_name FROM information_schema.indexes AS i
            WHERE i.table_schema = {first} AND i.table_name {set} AND i.index_state = 'READ_WRITE'
            UNION ALL
            SELECT k.table_name, 'first of key', k.column_name FROM information_schema.index_columns AS k
            WHERE k.table_schema = {first} AND k.table_name {set} AND k.index_name = 'PRIMARY_KEY' AND k.ordinal_position = 1
            """,
            schema, _tables);
        var rows = await database.Client.QueryAsync(database.Name, statement, cancellationToken)
            .Select(row => (Table: row.GetString(0), What: row.GetString(1), Name: row.GetString(2)))
            .ToListAsync(cancellationToken);

        if (rows.Contains(("events", "column", "actions")) && !rows.Contains(("events", "column", "event_data")))
        {
            throw new StorageException(
                StorageFailure.SchemaOutdated, "The Spanner database has the tables of ADK schema version 0.",
                "Name an empty database.");
        }

        foreach (var (table, column) in new[] { ("sessions", "runtime_labels"), ("events", "runtime_revision") })
        {
            if (rows.Exists(row => row.Table == table)
                && !(rows.Contains((table, "column", column)) && rows.Contains((table, "first of key", "app_name"))))
            {
                throw new StorageException(
                    StorageFailure.SchemaOutdated, $"The Spanner database has a table '{table}' that another program created.",
                    "Name an empty database.");
            }
        }

        return !rows.Exists(row => row.Table is "sessions" or "events") ? SessionTables.None
            : _tables.All(table => rows.Exists(row => row.Table == table))
                && _indexes.All(index => rows.Exists(row => row.What is "index" && row.Name == index)) ? SessionTables.Complete
            : SessionTables.Incomplete;
    }

    /// <summary>Says which version the tables are of; <see langword="null"/> when nothing says so yet.</summary>
    /// <exception cref="StorageException">A later one.</exception>
    private static async Task<string?> VersionAsync(SpannerDatabase database, CancellationToken cancellationToken)
    {
        const string Read = "SELECT m.value FROM adk_internal_metadata AS m WHERE m.key = 'schema_version'";
        var found = await database.Client.QueryAsync(database.Name, new SpannerStatement(Read), cancellationToken)
            .Select(row => row.GetString(0)).SingleOrDefaultAsync(cancellationToken);
        return found is null or Version
            ? found
            : throw new StorageException(
                StorageFailure.SchemaTooNew, $"The Spanner database has ADK schema version '{found}', and this service writes version {Version}.",
                "Upgrade the service.");
    }

    private static async Task EnsureVersionAsync(SpannerDatabase database, CancellationToken cancellationToken)
    {
        if (await VersionAsync(database, cancellationToken) is null)
        {
            await database.Client.RunInTransactionAsync(
                database.Name,
                (transaction, _) =>
                {
                    transaction.Write(SpannerMutations.InsertOrUpdate("adk_internal_metadata", ("key", "schema_version"), ("value", Version)));
                    return Task.FromResult(true);
                },
                new() { RepeatInDoubt = true },
                cancellationToken);
        }
    }
}
