namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Finds which program made the tables, and adds what is missing. Runs in a transaction, so processes that start at once take turns.</summary>
/// <remarks>
/// What is ours are columns that begin with <c>runtime_</c>, each with a default so that ADK's own services keep inserting, indexes, and a
/// trigger. ADK JS drops indexes at its start, so all of it is looked for again and again.
/// </remarks>
internal static class SqliteSchema
{
    private const string Probe = """
        SELECT (SELECT count(*) FROM pragma_table_info('sessions') WHERE name IN
                   ('runtime_revision', 'runtime_expires', 'runtime_name', 'runtime_labels', 'runtime_initial_state'))
             + (SELECT count(*) FROM pragma_table_info('events') WHERE name IN ('runtime_revision', 'runtime_micros'))
             + (SELECT count(*) FROM sqlite_master WHERE name IN
                   ('app_states', 'user_states', 'runtime_schema', 'idx_events_app_user_session_ts', 'idx_runtime_sessions_user',
                    'idx_runtime_sessions_app', 'idx_runtime_sessions_expires', 'runtime_events_revision'))
             + (SELECT count(*) > 0 FROM (SELECT 1 FROM sqlite_master WHERE name = 'idx_runtime_sessions_id' UNION ALL
                   SELECT 1 FROM pragma_table_info('sessions') WHERE name = 'id' AND pk = 1))
        """;

    private const int ProbeComplete = 16;

    private static readonly (string Table, string Column, string Type)[] _columns =
    [
        ("sessions", "runtime_revision", "integer NOT NULL DEFAULT 0"),
        ("sessions", "runtime_expires", "integer NOT NULL DEFAULT 0"),
        ("sessions", "runtime_name", "text NOT NULL DEFAULT ''"),
        ("sessions", "runtime_labels", "text NOT NULL DEFAULT '{}'"),
        ("sessions", "runtime_initial_state", "text NOT NULL DEFAULT ''"),
        ("events", "runtime_revision", "integer NOT NULL DEFAULT 0"),
        ("events", "runtime_micros", "integer NOT NULL DEFAULT 0"),
    ];

    // The declared types are those of ADK JS; datetime has numeric affinity, so the integers stay integers.
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS app_states (
            app_name text NOT NULL, state json NOT NULL, update_time datetime NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE IF NOT EXISTS user_states (
            app_name text NOT NULL, user_id text NOT NULL, state json NOT NULL, update_time datetime NOT NULL, PRIMARY KEY (app_name, user_id));
        CREATE TABLE IF NOT EXISTS sessions (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, state json NOT NULL, create_time datetime NOT NULL,
            update_time datetime NOT NULL, PRIMARY KEY (id, app_name, user_id));
        CREATE TABLE IF NOT EXISTS events (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, session_id text NOT NULL, invocation_id text NOT NULL,
            timestamp datetime NOT NULL, event_data json NOT NULL, PRIMARY KEY (id, app_name, user_id, session_id));
        """;

    private const string VersionTable = """
        CREATE TABLE IF NOT EXISTS adk_internal_metadata (key text NOT NULL, value text NOT NULL, PRIMARY KEY (key));
        INSERT INTO adk_internal_metadata (key, value) VALUES ('schema_version', '1') ON CONFLICT (key) DO NOTHING;
        """;

    private const string OurTable = """
        CREATE TABLE IF NOT EXISTS runtime_schema (name text NOT NULL PRIMARY KEY, value text NOT NULL);
        INSERT INTO runtime_schema (name, value) VALUES ('version', '1') ON CONFLICT (name) DO NOTHING;
        """;

    private const string Indexes = """
        CREATE INDEX IF NOT EXISTS idx_events_app_user_session_ts
            ON events (app_name, user_id, session_id, timestamp DESC, runtime_micros DESC, runtime_revision DESC);
        CREATE INDEX IF NOT EXISTS idx_runtime_sessions_user ON sessions (app_name, user_id, update_time, id);
        CREATE INDEX IF NOT EXISTS idx_runtime_sessions_app ON sessions (app_name, update_time, user_id, id);
        CREATE INDEX IF NOT EXISTS idx_runtime_sessions_expires ON sessions (runtime_expires) WHERE runtime_expires > 0;
        """;

    /// <summary>Finds sessions by their id. The primary key of ADK Python's tables begins with another column; that of ADK JS's, and of ours, does this itself.</summary>
    private const string IndexById = "CREATE INDEX IF NOT EXISTS idx_runtime_sessions_id ON sessions (id, app_name)";

    /// <summary>Numbers the events that others wrote while no trigger did, in the order that they came in.</summary>
    private const string NumberEvents = """
        UPDATE events SET runtime_revision = numbered.revision
        FROM (
            SELECT e.rowid AS place,
                   s.runtime_revision + row_number() OVER (PARTITION BY e.app_name, e.user_id, e.session_id ORDER BY e.rowid) AS revision
            FROM events e
            JOIN sessions s ON s.app_name = e.app_name AND s.user_id = e.user_id AND s.id = e.session_id
            WHERE e.runtime_revision = 0) numbered
        WHERE events.rowid = numbered.place;
        UPDATE sessions SET runtime_revision = max(runtime_revision, (
            SELECT coalesce(max(e.runtime_revision), 0) FROM events e
            WHERE e.app_name = sessions.app_name AND e.user_id = sessions.user_id AND e.session_id = sessions.id));
        """;

    private const string Trigger = """
        CREATE TRIGGER runtime_events_revision AFTER INSERT ON events WHEN NEW.runtime_revision = 0
        BEGIN
            UPDATE sessions SET runtime_revision = runtime_revision + 1
            WHERE app_name = NEW.app_name AND user_id = NEW.user_id AND id = NEW.session_id;
            UPDATE events SET runtime_revision = coalesce((
                SELECT runtime_revision FROM sessions
                WHERE app_name = NEW.app_name AND user_id = NEW.user_id AND id = NEW.session_id), 0)
            WHERE rowid = NEW.rowid;
        END;
        """;

    /// <summary>Makes the tables of an empty database, or adds what is ours to those of another program, and says what they are like.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static SqliteLayout Ensure(SqliteLink link)
    {
        var layout = SqliteDetection.Detect(link) ?? SqliteLayout.Milliseconds;
        if (IsComplete(link))
        {
            return layout;
        }

        link.ExecuteScript(Tables + OurTable + (layout.HasVersion ? VersionTable : ""));
        foreach (var (table, column, type) in _columns)
        {
            if (Number(link, $"SELECT count(*) FROM pragma_table_info('{table}') WHERE name = '{column}'") == 0)
            {
                link.ExecuteScript($"ALTER TABLE {table} ADD COLUMN {column} {type}");
            }
        }

        link.ExecuteScript(Indexes);
        if (Number(link, "SELECT pk FROM pragma_table_info('sessions') WHERE name = 'id'") != 1)
        {
            link.ExecuteScript(IndexById);
        }

        if (Number(link, "SELECT count(*) FROM sqlite_master WHERE name = 'runtime_events_revision'") == 0)
        {
            link.ExecuteScript(NumberEvents + Trigger);
        }

        return layout;
    }

    /// <summary>Says what the tables are like, or <see langword="null"/> when something is missing.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static SqliteLayout? Find(SqliteLink link) => IsComplete(link) ? SqliteDetection.Detect(link) : null;

    /// <summary>Tells whether nothing is missing. Cheap, for it is asked every few seconds.</summary>
    public static bool IsComplete(SqliteLink link) => Number(link, Probe) == ProbeComplete;

    private static long Number(SqliteLink link, string sql)
    {
        using var row = link.Prepare(sql);
        return row.Read() ? row.Long(0) : 0;
    }
}
