namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>
/// The statements. Times are whole milliseconds since 1970 as ADK JS keeps them; the rest of an event's time is in
/// <c>runtime_micros</c>.
/// </summary>
internal static class SqliteSql
{
    // The declared types are those of ADK JS; datetime has numeric affinity, so the integers stay integers.
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS adk_internal_metadata (key text NOT NULL, value text NOT NULL, PRIMARY KEY (key));
        CREATE TABLE IF NOT EXISTS app_states (
            app_name text NOT NULL, state json NOT NULL, update_time datetime NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE IF NOT EXISTS user_states (
            app_name text NOT NULL, user_id text NOT NULL, state json NOT NULL, update_time datetime NOT NULL, PRIMARY KEY (app_name, user_id));
        CREATE TABLE IF NOT EXISTS sessions (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, state json NOT NULL, create_time datetime NOT NULL,
            update_time datetime NOT NULL, runtime_revision integer NOT NULL DEFAULT 0, PRIMARY KEY (id, app_name, user_id));
        CREATE TABLE IF NOT EXISTS events (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, session_id text NOT NULL, invocation_id text NOT NULL,
            timestamp datetime NOT NULL, event_data json NOT NULL, runtime_micros integer NOT NULL DEFAULT 0,
            runtime_revision integer NOT NULL DEFAULT 0, PRIMARY KEY (id, app_name, user_id, session_id));
        INSERT INTO adk_internal_metadata (key, value) VALUES ('schema_version', '1') ON CONFLICT (key) DO NOTHING;
        """;

    /// <summary>Apart from the tables, because ADK JS drops them at each of its starts.</summary>
    public const string Indexes = """
        CREATE INDEX IF NOT EXISTS idx_events_app_user_session_ts
            ON events (app_name, user_id, session_id, timestamp DESC, runtime_micros DESC, runtime_revision DESC);
        CREATE INDEX IF NOT EXISTS idx_sessions_app_user ON sessions (app_name, user_id, id);
        """;

    public const string Columns = "SELECT name, upper(type) FROM pragma_table_info(@table)";

    public const string Version = "SELECT value FROM adk_internal_metadata WHERE key = 'schema_version'";

    public const string Session = """
        SELECT s.create_time, s.update_time, s.runtime_revision, s.state, a.state, u.state
        FROM sessions s
        LEFT JOIN app_states a ON a.app_name = s.app_name
        LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
        WHERE s.app_name = @app AND s.user_id = @user AND s.id = @id
        """;

    /// <summary>Newest first. Rows of ADK's own services all have revision 0: among those the row id is the order they came in.</summary>
    public const string Events = """
        SELECT id, invocation_id, timestamp, runtime_micros, runtime_revision, event_data FROM events
        WHERE app_name = @app AND user_id = @user AND session_id = @id AND (timestamp, runtime_micros) >= (@ms, @micros)
        ORDER BY timestamp DESC, runtime_micros DESC, runtime_revision DESC, rowid DESC
        LIMIT @limit
        """;

    public const string Event = """
        SELECT id, invocation_id, timestamp, runtime_micros, runtime_revision, event_data FROM events
        WHERE id = @event AND app_name = @app AND user_id = @user AND session_id = @id
        """;

    public const string InsertSession = """
        INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time) VALUES (@id, @app, @user, @state, @ms, @ms)
        ON CONFLICT DO NOTHING
        """;

    public const string UpdateSession = """
        UPDATE sessions SET state = @state, update_time = @ms, runtime_revision = @revision WHERE app_name = @app AND user_id = @user AND id = @id
        """;

    public const string InsertEvent = """
        INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_micros, runtime_revision)
        VALUES (@event, @app, @user, @id, @invocation, @ms, @json, @micros, @revision)
        """;

    public const string PutAppState = """
        INSERT INTO app_states (app_name, state, update_time) VALUES (@app, @state, @ms)
        ON CONFLICT (app_name) DO UPDATE SET state = excluded.state, update_time = excluded.update_time
        """;

    public const string PutUserState = """
        INSERT INTO user_states (app_name, user_id, state, update_time) VALUES (@app, @user, @state, @ms)
        ON CONFLICT (app_name, user_id) DO UPDATE SET state = excluded.state, update_time = excluded.update_time
        """;

    public const string AppState = "SELECT state FROM app_states WHERE app_name = @app";

    public const string UserState = "SELECT state FROM user_states WHERE app_name = @app AND user_id = @user";

    public const string DeleteSession = "DELETE FROM sessions WHERE app_name = @app AND user_id = @user AND id = @id";

    public const string DeleteEvents = "DELETE FROM events WHERE app_name = @app AND user_id = @user AND session_id = @id";

    public const string Check = "SELECT count(*) FROM (SELECT 1 FROM sessions LIMIT 1)";

    public static string List(bool ofUser, bool descending, bool afterCursor)
    {
        var (direction, past) = descending ? ("DESC", "<") : ("ASC", ">");
        var filter = ofUser ? "AND user_id = @user" : "";
        var cursor = afterCursor ? $"AND (update_time {past} @ms OR (update_time = @ms AND (user_id, id) > (@lastUser, @lastId)))" : "";
        return $"""
            SELECT s.id, s.user_id, s.create_time, s.update_time, s.runtime_revision, s.state, u.state
            FROM (
                SELECT * FROM sessions WHERE app_name = @app {filter} {cursor}
                ORDER BY update_time {direction}, user_id, id LIMIT @limit) s
            LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
            ORDER BY s.update_time {direction}, s.user_id, s.id
            """;
    }
}
