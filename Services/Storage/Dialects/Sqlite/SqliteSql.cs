namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The statements, the same for every layout. ?1 is the app, ?2 the user and ?3 the session wherever they occur.</summary>
internal static class SqliteSql
{
    private const string Key = "app_name = ?1 AND user_id = ?2 AND id = ?3";

    private const string KeyOfEvent = "app_name = ?1 AND user_id = ?2 AND session_id = ?3";

    private const string SessionColumns =
        "s.id, s.user_id, s.create_time, s.update_time, s.runtime_revision, s.runtime_name, s.runtime_labels, s.runtime_expires, s.state";

    private const string EventColumns = "id, invocation_id, timestamp, runtime_micros, runtime_revision, event_data";

    /// <summary>?4 now. The columns that lists have too, then the state of app and user.</summary>
    public const string Session = $"""
        SELECT {SessionColumns}, u.state, a.state
        FROM sessions s
        LEFT JOIN app_states a ON a.app_name = s.app_name
        LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
        WHERE s.app_name = ?1 AND s.user_id = ?2 AND s.id = ?3 AND (s.runtime_expires = 0 OR s.runtime_expires > ?4)
        """;

    /// <summary>?4 now.</summary>
    public const string Revision = $"SELECT runtime_revision FROM sessions WHERE {Key} AND (runtime_expires = 0 OR runtime_expires > ?4)";

    public const string SessionState = $"SELECT state FROM sessions WHERE {Key}";

    public const string AppState = "SELECT state FROM app_states WHERE app_name = ?1";

    public const string UserState = "SELECT state FROM user_states WHERE app_name = ?1 AND user_id = ?2";

    /// <summary>?4 now.</summary>
    public const string OwnState = $"SELECT runtime_initial_state, state FROM sessions WHERE {Key} AND (runtime_expires = 0 OR runtime_expires > ?4)";

    /// <summary>?3 now.</summary>
    public const string Heads =
        "SELECT id, runtime_revision FROM sessions WHERE app_name = ?1 AND user_id = ?2 AND (runtime_expires = 0 OR runtime_expires > ?3)";

    /// <summary>?1 app, ?2 session, ?3 now.</summary>
    public const string Users =
        "SELECT user_id FROM sessions WHERE app_name = ?1 AND id = ?2 AND (runtime_expires = 0 OR runtime_expires > ?3) LIMIT 2";

    /// <summary>?1 now, ?2 limit.</summary>
    public const string Expired =
        "SELECT app_name, user_id, id FROM sessions WHERE runtime_expires > 0 AND runtime_expires <= ?1 ORDER BY runtime_expires LIMIT ?2";

    /// <summary>?4 not before, ?5 its rest, ?6 limit. Newest first.</summary>
    public const string RecentEvents = $"""
        SELECT {EventColumns} FROM events WHERE {KeyOfEvent} AND (timestamp, runtime_micros) >= (?4, ?5)
        ORDER BY timestamp DESC, runtime_micros DESC, runtime_revision DESC
        LIMIT ?6
        """;

    /// <summary>?4 the event.</summary>
    public const string Event = $"SELECT {EventColumns} FROM events WHERE {KeyOfEvent} AND id = ?4";

    /// <summary>?4 the event. Its place in the order, exactly as it is in the columns.</summary>
    public const string EventPlace = $"SELECT timestamp, runtime_micros, runtime_revision FROM events WHERE {KeyOfEvent} AND id = ?4";

    /// <summary>?4 time, ?5 state, ?6 initial state, ?7 name, ?8 labels, ?9 expiry.</summary>
    public const string InsertSession = """
        INSERT INTO sessions (app_name, user_id, id, create_time, update_time, state, runtime_initial_state, runtime_name, runtime_labels, runtime_expires)
        VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>?4 time, ?5 revision, ?6 state or null.</summary>
    public const string AdvanceSession =
        $"UPDATE sessions SET update_time = ?4, runtime_revision = ?5, state = coalesce(?6, state) WHERE {Key}";

    /// <summary>?4 name, ?5 labels, ?6 expiry, each null to stay.</summary>
    public const string DescribeSession = $"""
        UPDATE sessions SET runtime_name = coalesce(?4, runtime_name), runtime_labels = coalesce(?5, runtime_labels),
               runtime_expires = coalesce(?6, runtime_expires)
        WHERE {Key}
        """;

    public const string CountRevision = $"UPDATE sessions SET runtime_revision = runtime_revision + 1 WHERE {Key}";

    /// <summary>?4 the event, ?5 invocation, ?6 time, ?7 its rest, ?8 revision, ?9 JSON.</summary>
    public const string InsertEvent = """
        INSERT INTO events (app_name, user_id, session_id, id, invocation_id, timestamp, runtime_micros, runtime_revision, event_data)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

    /// <summary>?2 state, ?3 time.</summary>
    public const string PutAppState = """
        INSERT INTO app_states (app_name, state, update_time) VALUES (?1, ?2, ?3)
        ON CONFLICT (app_name) DO UPDATE SET state = excluded.state, update_time = excluded.update_time
        """;

    /// <summary>?3 state, ?4 time.</summary>
    public const string PutUserState = """
        INSERT INTO user_states (app_name, user_id, state, update_time) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (app_name, user_id) DO UPDATE SET state = excluded.state, update_time = excluded.update_time
        """;

    /// <summary>?2 state, ?3 time. Leaves a row that is there.</summary>
    public const string AddAppState = "INSERT INTO app_states (app_name, state, update_time) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

    /// <summary>?3 state, ?4 time. Leaves a row that is there.</summary>
    public const string AddUserState =
        "INSERT INTO user_states (app_name, user_id, state, update_time) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";

    public const string DeleteSession = $"DELETE FROM sessions WHERE {Key}";

    public const string DeleteEvents = $"DELETE FROM events WHERE {KeyOfEvent}";

    /// <summary>?4 the event.</summary>
    public const string DeleteEvent = $"DELETE FROM events WHERE {KeyOfEvent} AND id = ?4";

    private static readonly string[] _events = [Events(false, false), Events(false, true), Events(true, false), Events(true, true)];

    /// <summary>
    /// ?4 limit; the near end: ?5 time, ?6 its rest, and ?7 revision when it is a cursor; the far end: ?8 time, ?9 its rest. A cursor takes the
    /// place of the near limit of time, so that the index begins where the page does.
    /// </summary>
    public static string EventsFor(bool descending, bool afterCursor) => _events[(descending ? 2 : 0) + (afterCursor ? 1 : 0)];

    /// <summary>
    /// ?1 app, ?2 user, ?3 limit, ?4 now, ?5 name, ?6 labels, ?7 updated from, ?8 updated until; the cursor: ?9 time, ?10 user, ?11 id.
    /// What the query does not have is not looked at.
    /// </summary>
    public static string List(SessionListQuery query)
    {
        var filter = query.Filter;
        var time = query.ByUpdateTime ? "update_time" : "create_time";
        var (direction, past) = query.Descending ? ("DESC", "<") : ("ASC", ">");
        var ofUser = filter.User is not null;
        string[] order = ofUser ? [time, "id"] : [time, "user_id", "id"];
        string?[] conditions =
        [
            "app_name = ?1",
            ofUser ? "user_id = ?2" : null,
            query.After is null ? null : $"({string.Join(", ", order)}) {past} ({(ofUser ? "?9, ?11" : "?9, ?10, ?11")})",
            "(runtime_expires = 0 OR runtime_expires > ?4)",
            filter.DisplayName is null ? null : "runtime_name = ?5",
            filter.Labels.Count == 0 ? null : """
                NOT EXISTS (
                    SELECT 1 FROM json_each(?6) wanted
                    WHERE NOT EXISTS (SELECT 1 FROM json_each(runtime_labels) had WHERE had.key = wanted.key AND had.value = wanted.value))
                """,
            filter.UpdatedFrom is null ? null : "update_time >= ?7",
            filter.UpdatedUntil is null ? null : "update_time < ?8",
        ];
        // The page is cut before the join, so that user state is looked up for the page only.
        return $"""
            SELECT {SessionColumns}, u.state
            FROM (
                SELECT * FROM sessions WHERE {string.Join(" AND ", conditions.Where(condition => condition is not null))}
                ORDER BY {string.Join(", ", order.Select(column => $"{column} {direction}"))} LIMIT ?3) s
            LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
            ORDER BY {string.Join(", ", order.Select(column => $"s.{column} {direction}"))}
            """;
    }

    public static string TimeFor(bool byUpdateTime) => $"SELECT {(byUpdateTime ? "update_time" : "create_time")} FROM sessions WHERE {Key}";

    private static string Events(bool descending, bool afterCursor)
    {
        var (direction, near, past, far) = descending ? ("DESC", "<", "<", ">=") : ("ASC", ">=", ">", "<");
        var begin = afterCursor ? $"(timestamp, runtime_micros, runtime_revision) {past} (?5, ?6, ?7)" : $"(timestamp, runtime_micros) {near} (?5, ?6)";
        return $"""
            SELECT {EventColumns} FROM events WHERE {KeyOfEvent} AND {begin} AND (timestamp, runtime_micros) {far} (?8, ?9)
            ORDER BY timestamp {direction}, runtime_micros {direction}, runtime_revision {direction}
            LIMIT ?4
            """;
    }
}
