namespace Runtime.Storage.Dialects.Postgres;

/// <summary>The statements, each with what it promises. All run prepared.</summary>
internal static class PostgresSql
{
    private const string Scopes = """
        LEFT JOIN app_states a ON a.app_name = s.app_name
        LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
        """;

    // By which scopes the delta touches: bit 0 session, bit 1 app, bit 2 user.
    private static readonly string[] _append = [.. Enumerable.Range(0, 8).Select(Append)];

    // By the same bits; 0 and 1 are the same text.
    private static readonly string[] _create = [.. Enumerable.Range(0, 8).Select(Create)];

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 event, $5 invocation, $6 time, $7 JSON, $8 expected revision or null, $9 exact text, $10 session
    /// delta, $11 app delta, $12 user delta. Returns the new revision, or no row when there is no session at the expected revision.
    /// </summary>
    /// <remarks>
    /// An event id that is taken violates the primary key, which undoes the whole statement. Looking for it first would cost every append
    /// for the sake of a rare one, and the planner may look through the whole session to do it.
    /// </remarks>
    public static string AppendFor(bool session, bool app, bool user) => _append[Bits(session, app, user)];

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 time, $5 session state, $6 app state, $7 user state. Returns whether it was created, and the
    /// other scopes' state.
    /// </summary>
    public static string CreateFor(bool app, bool user) => _create[Bits(session: false, app, user)];

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 not before, $5 at most or null. One row per event, newest first, and at least one row; state is in
    /// the first. One statement, so state, revision and events are of one moment.
    /// </summary>
    public const string Get = $"""
        SELECT s.create_time, s.update_time, s.runtime_revision,
               CASE WHEN e.place IS NULL OR e.place = 1 THEN s.state END,
               CASE WHEN e.place IS NULL OR e.place = 1 THEN a.state END,
               CASE WHEN e.place IS NULL OR e.place = 1 THEN u.state END,
               e.id, e.invocation_id, e.timestamp, e.runtime_revision, e.event_data, e.runtime_text
        FROM sessions s
        {Scopes}
        LEFT JOIN LATERAL (
            SELECT v.id, v.invocation_id, v.timestamp, v.runtime_revision, v.event_data, v.runtime_text,
                   row_number() OVER (ORDER BY v.timestamp DESC, v.runtime_revision DESC, v.id DESC) AS place
            FROM events v
            WHERE v.app_name = s.app_name AND v.user_id = s.user_id AND v.session_id = s.id AND v.timestamp >= $4
            ORDER BY v.timestamp DESC, v.runtime_revision DESC, v.id DESC
            LIMIT $5) e ON true
        WHERE s.app_name = $1 AND s.user_id = $2 AND s.id = $3
        ORDER BY e.place
        """;

    /// <summary>$1 app, $2 user, $3 session, $4 event. Why an append found nothing to do: the revision, and the event if it is there.</summary>
    public const string WhyNot = """
        SELECT s.runtime_revision, e.invocation_id, e.timestamp, e.runtime_revision, e.event_data, e.runtime_text
        FROM sessions s
        LEFT JOIN events e ON e.id = $4 AND e.app_name = s.app_name AND e.user_id = s.user_id AND e.session_id = s.id
        WHERE s.app_name = $1 AND s.user_id = $2 AND s.id = $3
        """;

    /// <summary>
    /// Two statements of one implicit transaction: the second one's snapshot sees what an append, waited for by the first, committed.
    /// </summary>
    public const string DeleteSession = "DELETE FROM sessions WHERE app_name = $1 AND user_id = $2 AND id = $3";
    public const string DeleteEvents = "DELETE FROM events WHERE app_name = $1 AND user_id = $2 AND session_id = $3";

    public const string AppState = "SELECT state FROM app_states WHERE app_name = $1";

    /// <summary>$1 app, $2 limit, then $3 user if filtered, then time, user and id of the cursor if there is one.</summary>
    public static string List(bool ofUser, bool descending, bool afterCursor)
    {
        var (direction, past) = descending ? ("DESC", "<") : ("ASC", ">");
        var first = ofUser ? 4 : 3;
        var filter = ofUser ? "AND user_id = $3" : "";
        var cursor = afterCursor
            ? $"AND (update_time {past} ${first} OR (update_time = ${first} AND (user_id, id) > (${first + 1}, ${first + 2})))"
            : "";
        // The page is cut before the join, so that user state is looked up for the page only.
        return $"""
            SELECT s.id, s.user_id, s.create_time, s.update_time, s.runtime_revision, s.state, u.state
            FROM (
                SELECT * FROM sessions WHERE app_name = $1 {filter} {cursor}
                ORDER BY update_time {direction}, user_id, id LIMIT $2) s
            LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
            ORDER BY s.update_time {direction}, s.user_id, s.id
            """;
    }

    public const string Check = "SELECT count(*) FROM (SELECT 1 FROM sessions LIMIT 1) one";

    private static int Bits(bool session, bool app, bool user) => (session ? 1 : 0) | (app ? 2 : 0) | (user ? 4 : 0);

    // Each step reads from the one before, so rows are always locked in the order session, app, user: two appends cannot wait for each
    // other in a circle. In READ COMMITTED an UPDATE that waited looks at the row again, so neither a revision nor a key is overlooked.
    private static string Append(int bits)
    {
        var mergeState = (bits & 1) != 0 ? "state = s.state || $10, " : "";
        var (app, afterApp) = (bits & 2) != 0 ? (Upsert("app", "app_states", "app_name", "$1", "$11", "changed"), "app") : ("", "changed");
        var (user, last) = (bits & 4) != 0 ? (Upsert("usr", "user_states", "app_name, user_id", "$1, $2", "$12", afterApp), "usr") : ("", afterApp);
        return $"""
            WITH changed AS (
                UPDATE sessions s SET {mergeState}update_time = $6, runtime_revision = s.runtime_revision + 1
                WHERE s.app_name = $1 AND s.user_id = $2 AND s.id = $3 AND ($8::bigint IS NULL OR s.runtime_revision = $8)
                RETURNING s.runtime_revision){app}{user}
            INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_revision, runtime_text)
            SELECT $4, $1, $2, $3, $5, $6, $7, runtime_revision, $9 FROM {last}
            RETURNING runtime_revision
            """;

        static string Upsert(string name, string table, string columns, string values, string delta, string from) => $"""
            , {name} AS (
                INSERT INTO {table} AS t ({columns}, state, update_time) SELECT {values}, {delta}, $6 FROM {from}
                ON CONFLICT ({columns}) DO UPDATE SET state = t.state || EXCLUDED.state, update_time = EXCLUDED.update_time
                RETURNING (SELECT runtime_revision FROM changed) AS runtime_revision)
            """;
    }

    private static string Create(int bits)
    {
        return $"""
            WITH made AS (
                INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time) VALUES ($3, $1, $2, $5, $4, $4)
                ON CONFLICT DO NOTHING RETURNING 1),
            app AS (
                INSERT INTO app_states AS t (app_name, state, update_time) SELECT $1, $6, $4 FROM made
                ON CONFLICT (app_name) {OnConflict((bits & 2) != 0)} RETURNING t.state),
            usr AS (
                INSERT INTO user_states AS t (app_name, user_id, state, update_time) SELECT $1, $2, $7, $4 FROM made, (SELECT count(*) FROM app) waited
                ON CONFLICT (app_name, user_id) {OnConflict((bits & 4) != 0)} RETURNING t.state)
            SELECT EXISTS (SELECT 1 FROM made),
                   COALESCE((SELECT state FROM app), (SELECT state FROM app_states WHERE app_name = $1)),
                   COALESCE((SELECT state FROM usr), (SELECT state FROM user_states WHERE app_name = $1 AND user_id = $2))
            """;

        static string OnConflict(bool changes) =>
            changes ? "DO UPDATE SET state = t.state || EXCLUDED.state, update_time = EXCLUDED.update_time" : "DO NOTHING";
    }
}
