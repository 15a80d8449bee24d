namespace Runtime.Storage.Dialects.Postgres;

internal sealed partial class PostgresSql
{
    /// <summary>A session is there until its time; $4 is the server's clock wherever one is looked for.</summary>
    private const string Alive = "(s.runtime_expires = 0 OR s.runtime_expires > $4)";

    /// <summary>What <see cref="PostgresValues.Session"/> reads, behind it the state of app and user.</summary>
    private const string SessionColumns =
        "s.create_time, s.update_time, s.runtime_revision, s.runtime_name, s.runtime_labels, s.runtime_expires";

    /// <summary>What <see cref="PostgresValues.Event"/> reads, where the text of the event is made of the stored value.</summary>
    private const string EventColumns = "e.id, e.invocation_id, e.timestamp, e.runtime_revision, e.event_data, e.runtime_text";

    /// <summary>The same, where the text is stored as well.</summary>
    private const string EventColumnsWithText = "e.id, e.invocation_id, e.timestamp, e.runtime_revision, e.runtime_json, e.runtime_text";

    private const string Scopes = """
        LEFT JOIN app_states a ON a.app_name = s.app_name
        LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
        """;

    private static readonly string[] _get = [Get(EventColumns, "jsonb"), Get(EventColumnsWithText, "text")];

    private static readonly string[] _listEvents =
        [.. new[] { EventColumns, EventColumnsWithText }.SelectMany(columns => new[] { ListEvents(columns, descending: false), ListEvents(columns, descending: true) })];

    private static readonly string[] _list = [.. Enumerable.Range(0, 8).Select(List)];

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 now, $5 not before, $6 at most or null. The session in the first row, without an event; then one row per
    /// event, newest first, without the session. One statement, so state, revision and events are of one moment.
    /// </summary>
    /// <remarks>
    /// Both halves are in the order that is asked for, so the server merges them as they come and sorts nothing: no window, and no wide row is
    /// copied. The literal takes the type of the column, which is not the same in every layout.
    /// </remarks>
    public static string GetFor(PostgresLayout layout) => _get[layout.HasText ? 1 : 0];

    private static string Get(string eventColumns, string jsonType) => $"""
        SELECT * FROM (
            (SELECT {SessionColumns}, s.state, a.state, u.state,
                    NULL::varchar AS id, NULL::varchar, 'infinity' AS timestamp, NULL::bigint AS runtime_revision, NULL::{jsonType}, NULL::text
             FROM sessions s
             {Scopes}
             WHERE {TheSession} AND {Alive})
            UNION ALL
            (SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {eventColumns}
             FROM events e
             WHERE e.app_name = $1 AND e.user_id = $2 AND e.session_id = $3 AND e.timestamp >= $5
             ORDER BY e.timestamp DESC, e.runtime_revision DESC, e.id DESC
             LIMIT $6)) AS v (create_time, update_time, revision, name, labels, expires, state, app_state, user_state,
                              id, invocation_id, timestamp, runtime_revision, event_data, runtime_text)
        ORDER BY v.timestamp DESC, v.runtime_revision DESC, v.id DESC
        """;

    /// <summary>$1 app, $2 user, $3 session, $4 now. The session without events.</summary>
    public const string GetSession = $"""
        SELECT {SessionColumns}, s.state, a.state, u.state FROM sessions s {Scopes} WHERE {TheSession} AND {Alive}
        """;

    /// <summary>$1 app, $2 user, $3 session, $4 now, $5 events. Why an append found nothing to do: the revision, and those events that are there.</summary>
    public const string WhyNot = $"""
        SELECT s.runtime_revision, {EventColumns}
        FROM sessions s
        LEFT JOIN events e ON e.id = ANY ($5) AND e.app_name = s.app_name AND e.user_id = s.user_id AND e.session_id = s.id
        WHERE {TheSession} AND {Alive}
        """;

    /// <summary>$1 app, $2 user, $3 session, $4 now.</summary>
    public const string OwnState = $"SELECT s.runtime_initial_state, s.state FROM sessions s WHERE {TheSession} AND {Alive}";

    /// <summary>$1 app, $2 user, $3 session, $4 now; the second looks at all of the user's, and not at $3.</summary>
    public const string Head = $"SELECT s.id, s.runtime_revision FROM sessions s WHERE {TheSession} AND {Alive}";
    public const string Heads = $"SELECT s.id, s.runtime_revision FROM sessions s WHERE s.app_name = $1 AND s.user_id = $2 AND {Alive}";

    /// <summary>$1 app, $2 session, $3 now.</summary>
    public const string Users =
        "SELECT user_id FROM sessions WHERE app_name = $1 AND id = $2 AND (runtime_expires = 0 OR runtime_expires > $3) LIMIT 2";

    public const string Check = "SELECT 1 FROM sessions LIMIT 1";

    public const string AppState = "SELECT state FROM app_states WHERE app_name = $1";

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 now, $5 not before, $6 before, $7 time, $8 revision and $9 event that the page begins behind, $10 at
    /// most, $11 bytes. One row per event and at least one row, which has the revision.
    /// </summary>
    /// <remarks>
    /// The bytes are a bound on what is sent for the page: eight times as many bytes of stored JSON as are wanted of text are enough to fill it.
    /// The stored size is known without reading the value.
    /// </remarks>
    public static string ListEventsFor(PostgresLayout layout, bool descending) => _listEvents[(layout.HasText ? 2 : 0) + (descending ? 1 : 0)];

    /// <summary>
    /// $1 app, $2 user or null, $3 limit, $4 now, $5 updated not before, $6 updated before, $7 name or null, $8 labels, $9 time, $10 user and $11 id
    /// that the page begins behind.
    /// </summary>
    public static string ListFor(SessionListQuery query) =>
        _list[(query.Filter.User is null ? 0 : 1) | (query.ByUpdateTime ? 2 : 0) | (query.Descending ? 4 : 0)];

    // The conditions on the time alone let an index begin at the right place whatever it keeps behind the time. The windows keep rows, so these
    // have no column more than is read.
    private static string ListEvents(string eventColumns, bool descending)
    {
        var (direction, past) = descending ? ("DESC", "<") : ("ASC", ">");
        var order = $"v.timestamp {direction}, v.runtime_revision {direction}, v.id {direction}";
        return $"""
            SELECT s.runtime_revision, {eventColumns}
            FROM sessions s
            LEFT JOIN LATERAL (
                SELECT v.*, row_number() OVER (ORDER BY {order}) AS place,
                       sum(v.size) OVER (ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
                FROM (
                    SELECT {eventColumns.Replace("e.", "v.", StringComparison.Ordinal)}, pg_column_size(v.event_data)::bigint AS size FROM events v
                    WHERE v.app_name = s.app_name AND v.user_id = s.user_id AND v.session_id = s.id AND v.timestamp >= $5 AND v.timestamp < $6
                          AND (v.timestamp, v.runtime_revision, v.id) {past} ($7, $8, $9)
                    ORDER BY {order}
                    LIMIT $10) v) e ON e.bytes_before IS NULL OR e.bytes_before < 8 * $11
            WHERE {TheSession} AND {Alive}
            ORDER BY e.place
            """;
    }

    private static string List(int variant)
    {
        var (ofUser, byUpdate, descending) = ((variant & 1) != 0, (variant & 2) != 0, (variant & 4) != 0);
        var (direction, past) = descending ? ("DESC", "<") : ("ASC", ">");
        var time = byUpdate ? "s.update_time" : "s.create_time";
        // As the indexes have it: the user is in front of the time when there is one, and behind it otherwise.
        var (condition, place, cursor) = ofUser
            ? ("s.user_id = $2", $"{time}, s.id", "$9, $11")
            : ("true", $"{time}, s.user_id, s.id", "$9, $10, $11");
        var order = string.Join(", ", place.Split(", ").Select(column => $"{column} {direction}"));
        // The page is cut before the join, so that user state is looked up for the page only.
        return $"""
            SELECT {SessionColumns}, s.state, NULL, u.state, s.user_id, s.id
            FROM (
                SELECT s.* FROM sessions s
                WHERE s.app_name = $1 AND {condition} AND s.update_time >= $5 AND s.update_time < $6 AND ({place}) {past} ({cursor})
                      AND {Alive} AND ($7 IS NULL OR s.runtime_name = $7) AND s.runtime_labels @> $8
                ORDER BY {order} LIMIT $3) s
            LEFT JOIN user_states u ON u.app_name = s.app_name AND u.user_id = s.user_id
            ORDER BY {order}
            """;
    }
}
