namespace Runtime.Storage.Dialects.Postgres;

/// <summary>The statements that write, each with what it promises. All run prepared; those that read are in the other part.</summary>
/// <remarks>
/// Rows are always locked in the order session, app, user, so two writers cannot wait for each other in a circle. In READ COMMITTED an
/// UPDATE that waited looks at the row again, so neither a revision nor a key is overlooked.
/// </remarks>
internal sealed partial class PostgresSql
{
    // One more of the bits of StateBytes.Scopes.
    private const int ReplacesState = 8;

    private const string TheSession = "s.app_name = $1 AND s.user_id = $2 AND s.id = $3";

    private readonly string[] _append;
    private readonly string[] _appendBatch;
    private readonly string[] _create;
    private readonly string[] _update;

    /// <param name="limits">A state past its limit becomes NULL, which the column refuses, so the whole statement is undone.</param>
    public PostgresSql(StorageLimits limits)
    {
        var merge = new StateMerge(limits.MaxStateBytes);
        AppendTogether = AppendEach(merge);
        _append = [.. Enumerable.Range(0, 8).Select(scopes => Append(scopes, merge))];
        _appendBatch = [.. Enumerable.Range(0, 8).Select(scopes => AppendBatch(scopes, merge))];
        _create = [.. Enumerable.Range(0, 8).Select(scopes => Create(scopes, merge))];
        _update = [.. Enumerable.Range(0, 2 * ReplacesState).Select(scopes => Update(scopes, merge))];
    }

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 now, $5 expected revision or null, $6 time, $7 session delta, $8 app delta, $9 user delta,
    /// $10 event, $11 invocation, $12 JSON, $13 exact text. Returns the new revision, or no row when there is no session at the expected revision.
    /// </summary>
    /// <remarks>
    /// An event id that is taken violates the primary key, which undoes the whole statement. Looking for it first would cost every append
    /// for the sake of a rare one, and the planner may look through the whole session to do it.
    /// </remarks>
    public string AppendFor(StateBytes delta) => _append[delta.Scopes];

    /// <summary>
    /// Begins a transaction with <see cref="AppendTogether"/>. A row that somebody holds is soon a failure. The plan that is left takes the
    /// elements of the arrays one after the other, so rows are locked in their order, and is made once: for fewer elements than the server
    /// assumes without looking it would make another one each time, which takes as long as running it. Only of a table that it knows to have
    /// a session or two it may take the rows first; transactions that then wait for each other end with the time for locks.
    /// </summary>
    public const string PrepareToAppendTogether = """
        SELECT set_config('lock_timeout', '100ms', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
               set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)
        """;

    /// <summary>
    /// $1 now; then arrays with an element for each append, all of different sessions: $2 apps, $3 users, $4 sessions, $5 expected revisions or
    /// nulls, $6 times, $7 session deltas or nulls, $8 events, $9 invocations, $10 JSON, $11 exact texts. Returns the place, from 1, and the new
    /// revision of each that has a session at the expected revision.
    /// </summary>
    public string AppendTogether { get; }

    /// <summary>
    /// $1 to $9 as for <see cref="AppendFor"/>, the time that of the last event; $10 events, $11 invocations, $12 JSON texts, $13 exact
    /// texts, $14 times, all in their order, $15 how many. Returns the revision of the last event, or no row.
    /// </summary>
    public string AppendBatchFor(StateBytes delta) => _appendBatch[delta.Scopes];

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 now, $5 expires, $6 time, $7 session state, $8 app state, $9 user state, $10 name, $11 labels,
    /// $12 session state as text. Returns whether it was created, whether one that has expired is in the way, and the other scopes' state.
    /// </summary>
    public string CreateFor(StateBytes state) => _create[state.Scopes];

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 now, $5 expected revision or null, $6 time, $7 session delta, $8 app delta, $9 user delta, $10 name or
    /// null, $11 labels or null, $12 expires or null. Returns one row when there is such a session at the expected revision.
    /// </summary>
    /// <param name="replace">Whether $7 takes the place of the session's state.</param>
    public string UpdateFor(StateBytes delta, bool replace) => _update[delta.Scopes | (replace ? ReplacesState : 0)];

    /// <summary>$1 app, $2 user, $3 session, $4 now. Holds the row until the transaction ends, so that the next statement sees all it depends on.</summary>
    public const string LockSession = $"""
        SELECT s.runtime_revision FROM sessions s WHERE {TheSession} AND {Alive} FOR NO KEY UPDATE
        """;

    /// <summary>$1 app, $2 user, $3 session, $4 expected revision or null, $5 event. Behind <see cref="LockSession"/>; returns the new revision, or no row.</summary>
    public const string DeleteEvent = $"""
        WITH gone AS (
            DELETE FROM events e USING sessions s
            WHERE {TheSession} AND ($4::bigint IS NULL OR s.runtime_revision = $4)
                  AND e.id = $5 AND e.app_name = s.app_name AND e.user_id = s.user_id AND e.session_id = s.id
            RETURNING 1)
        UPDATE sessions s SET runtime_revision = s.runtime_revision + 1 WHERE {TheSession} AND EXISTS (SELECT 1 FROM gone)
        RETURNING s.runtime_revision
        """;

    /// <summary>
    /// $1 app, $2 user, $3 session, $4 now. Two statements of one implicit transaction: the second one's snapshot sees what an append, waited
    /// for by the first, committed.
    /// </summary>
    public const string DeleteSession = $"DELETE FROM sessions s WHERE {TheSession} AND {Alive}";
    public const string DeleteEvents = "DELETE FROM events WHERE app_name = $1 AND user_id = $2 AND session_id = $3";

    /// <summary>$1 app, $2 user, $3 session, $4 now. Makes room for a new session of the id, and takes nothing from one that has not expired.</summary>
    public const string DeleteExpiredSession = $"DELETE FROM sessions s WHERE {TheSession} AND NOT {Alive}";
    public const string DeleteOrphanedEvents = $"""
        DELETE FROM events e WHERE e.app_name = $1 AND e.user_id = $2 AND e.session_id = $3 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE {TheSession})
        """;

    /// <summary>$1 now, $2 limit. Passes over sessions that another sweeper or a writer holds.</summary>
    public const string LockExpired = """
        SELECT app_name, user_id, id FROM sessions WHERE runtime_expires > 0 AND runtime_expires <= $1
        ORDER BY runtime_expires LIMIT $2 FOR UPDATE SKIP LOCKED
        """;

    /// <summary>$1 apps, $2 users, $3 ids.</summary>
    public const string SweepSessions = """
        DELETE FROM sessions s USING unnest($1, $2, $3) AS k(app_name, user_id, id)
        WHERE s.app_name = k.app_name AND s.user_id = k.user_id AND s.id = k.id
        """;
    public const string SweepEvents = """
        DELETE FROM events e USING unnest($1, $2, $3) AS k(app_name, user_id, id)
        WHERE e.app_name = k.app_name AND e.user_id = k.user_id AND e.session_id = k.id
        """;

    private static string Append(int scopes, StateMerge merge)
    {
        var (changes, last) = Changes(scopes, merge, "s.runtime_revision + 1");
        return $"""
            WITH {changes}
            INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_revision, runtime_text)
            SELECT $10, $1, $2, $3, $11, $6, $12, runtime_revision, $13 FROM {last}
            RETURNING runtime_revision
            """;
    }

    private static string AppendEach(StateMerge merge) => $"""
        WITH changed AS (
            UPDATE sessions s SET update_time = o.time, runtime_revision = s.runtime_revision + 1,
                state = CASE WHEN o.delta IS NULL THEN s.state ELSE {merge.Of("s.state", "o.delta")} END
            FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY
                AS o(app_name, user_id, session_id, expected, time, delta, id, invocation_id, event_data, exact, place)
            WHERE s.app_name = o.app_name AND s.user_id = o.user_id AND s.id = o.session_id
                AND (s.runtime_expires = 0 OR s.runtime_expires > $1) AND (o.expected IS NULL OR s.runtime_revision = o.expected)
            RETURNING o.*, s.runtime_revision),
        added AS (
            INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_revision, runtime_text)
            SELECT id, app_name, user_id, session_id, invocation_id, time, event_data, runtime_revision, exact FROM changed)
        SELECT place, runtime_revision FROM changed
        """;

    private static string AppendBatch(int scopes, StateMerge merge)
    {
        var (changes, last) = Changes(scopes, merge, "s.runtime_revision + $15");
        return $"""
            WITH {changes},
            added AS (
                INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_revision, runtime_text)
                SELECT e.id, $1, $2, $3, e.invocation_id, e.timestamp, e.event_data::jsonb, {last}.runtime_revision - $15 + e.place, e.exact
                FROM {last}, unnest($10, $11, $12, $13, $14) WITH ORDINALITY AS e(id, invocation_id, event_data, exact, timestamp, place))
            SELECT runtime_revision FROM {last}
            """;
    }

    // Each step reads from the one before, so that they run, and lock, in their order.
    private static (string Sql, string Last) Changes(int scopes, StateMerge merge, string revision)
    {
        var state = (scopes & ReplacesState) != 0 ? "state = $7, " : (scopes & 1) != 0 ? $"state = {merge.Of("s.state", "$7")}, " : "";
        var (app, afterApp) = (scopes & 2) != 0 ? (Upsert("app", "app_states", "app_name", "$1", "$8", "changed"), "app") : ("", "changed");
        var (user, last) = (scopes & 4) != 0 ? (Upsert("usr", "user_states", "app_name, user_id", "$1, $2", "$9", afterApp), "usr") : ("", afterApp);
        return ($"""
            changed AS (
                UPDATE sessions s SET {state}update_time = $6, runtime_revision = {revision}
                WHERE {TheSession} AND {Alive} AND ($5::bigint IS NULL OR s.runtime_revision = $5)
                RETURNING s.runtime_revision){app}{user}
            """, last);

        string Upsert(string name, string table, string columns, string values, string delta, string from) => $"""
            ,
            {name} AS (
                INSERT INTO {table} AS t ({columns}, state, update_time) SELECT {values}, {delta}, $6 FROM {from}
                ON CONFLICT ({columns}) DO UPDATE SET state = {merge.Of("t.state", "EXCLUDED.state")}, update_time = EXCLUDED.update_time
                RETURNING (SELECT runtime_revision FROM changed) AS runtime_revision)
            """;
    }

    private static string Create(int scopes, StateMerge merge)
    {
        return $"""
            WITH made AS (
                INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time, runtime_expires, runtime_name, runtime_labels, runtime_initial_state)
                VALUES ($3, $1, $2, $7, $6, $6, $5, $10, $11, $12)
                ON CONFLICT DO NOTHING RETURNING 1),
            app AS (
                INSERT INTO app_states AS t (app_name, state, update_time) SELECT $1, $8, $6 FROM made
                ON CONFLICT (app_name) {OnConflict((scopes & 2) != 0)} RETURNING t.state),
            usr AS (
                INSERT INTO user_states AS t (app_name, user_id, state, update_time) SELECT $1, $2, $9, $6 FROM made, (SELECT count(*) FROM app) waited
                ON CONFLICT (app_name, user_id) {OnConflict((scopes & 4) != 0)} RETURNING t.state)
            SELECT EXISTS (SELECT 1 FROM made),
                   EXISTS (SELECT 1 FROM sessions s WHERE {TheSession} AND NOT {Alive}),
                   COALESCE((SELECT state FROM app), (SELECT state FROM app_states WHERE app_name = $1)),
                   COALESCE((SELECT state FROM usr), (SELECT state FROM user_states WHERE app_name = $1 AND user_id = $2))
            """;

        string OnConflict(bool changes) => changes
            ? $"DO UPDATE SET state = {merge.Of("t.state", "EXCLUDED.state")}, update_time = EXCLUDED.update_time"
            : "DO NOTHING";
    }

    private static string Update(int scopes, StateMerge merge)
    {
        const string Described =
            "runtime_name = COALESCE($10, s.runtime_name), runtime_labels = COALESCE($11, s.runtime_labels), runtime_expires = COALESCE($12, s.runtime_expires)";
        if (scopes == 0)
        {
            return $"""
                UPDATE sessions s SET {Described}
                WHERE {TheSession} AND {Alive} AND ($5::bigint IS NULL OR s.runtime_revision = $5)
                RETURNING s.runtime_revision
                """;
        }

        var (changes, last) = Changes(scopes, merge, $"s.runtime_revision + 1, {Described}");
        return $"WITH {changes} SELECT runtime_revision FROM {last}";
    }

    /// <summary>Merges a delta into a state, each key whole.</summary>
    private sealed class StateMerge(int maxBytes)
    {
        // In jsonb's own form a value has an eighth of its text's bytes or more (but for numbers of hundreds of digits), so a small state is
        // not written out to be measured. The merged value is not stored yet, so its size is not that of a compressed one. OFFSET 0 keeps the merge from being done for each use.
        public string Of(string state, string delta) => $"""
            (SELECT CASE WHEN pg_column_size(m) > {maxBytes / 8} AND octet_length(m::text) > {maxBytes} THEN NULL ELSE m END
             FROM (SELECT {state} || {delta} AS m OFFSET 0) merged)
            """;
    }
}
