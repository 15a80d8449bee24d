using Runtime.Storage.Migration;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>The tables, and what this store adds to them.</summary>
/// <remarks>
/// ADK's tables, schema version 1, typed as ADK JS types them: its start-up update would otherwise retype the columns. That update also drops
/// all indexes but the primary keys. Columns of ours begin with <c>runtime_</c> and have defaults, so that ADK's own services can keep inserting.
/// </remarks>
internal static class PostgresSchemaSql
{
    private const string Trigger = "runtime_foreign_write";
    private const string SessionsById = "idx_runtime_sessions_id";

    /// <summary>The indexes, by name, and what they are on.</summary>
    /// <remarks>
    /// The first has the name of ADK Python's own, which lacks the last column and serves as well. The next two carry lists by update time,
    /// in both directions. The last finds sessions by their id; it is missing only where no index begins as it does, for the primary key of ADK
    /// JS's tables, and so of ours, serves as well, and one index more would make every append dearer.
    /// </remarks>
    public static readonly IReadOnlyDictionary<string, string> Indexes = new Dictionary<string, string>
    {
        ["idx_events_app_user_session_ts"] = "events (app_name, user_id, session_id, timestamp DESC, runtime_revision DESC)",
        ["idx_runtime_sessions_user"] = "sessions (app_name, user_id, update_time, id)",
        ["idx_runtime_sessions_app"] = "sessions (app_name, update_time, user_id, id)",
        ["idx_runtime_sessions_expires"] = "sessions (runtime_expires) WHERE runtime_expires > 0",
        [SessionsById] = "sessions (id, app_name)",
    };

    /// <summary>
    /// One cheap look at the catalogue: whether all tables and columns are there, the type of event times, whether the tables are those of
    /// schema version 0, whether there are none yet, which of the indexes $1 are missing, whether the triggers are there, the schema, whether a
    /// migration is under way, and whether there is a table of versions.
    /// </summary>
    public const string Probe = $"""
        SELECT to_regclass('adk_internal_metadata') IS NOT NULL AND to_regclass('app_states') IS NOT NULL AND to_regclass('user_states') IS NOT NULL
               AND (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('sessions') AND NOT attisdropped AND attname IN (
                   'runtime_revision', 'runtime_expires', 'runtime_name', 'runtime_labels', 'runtime_initial_state')) = 5
               AND (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('events') AND NOT attisdropped AND attname IN (
                   'runtime_revision', 'runtime_text')) = 2,
               (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass('events') AND attname = 'timestamp' AND NOT attisdropped),
               EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('events') AND attname = 'actions' AND NOT attisdropped)
               AND NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('events') AND attname = 'event_data' AND NOT attisdropped),
               to_regclass('events') IS NULL AND to_regclass('sessions') IS NULL,
               ARRAY(SELECT name FROM unnest($1) AS name
                     WHERE NOT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(name) AND indisvalid)
                       AND NOT (name = '{SessionsById}' AND EXISTS (
                           SELECT 1 FROM pg_index WHERE indrelid = to_regclass('sessions') AND indisvalid AND indpred IS NULL
                           AND pg_get_indexdef(indexrelid, 1, true) = 'id' AND pg_get_indexdef(indexrelid, 2, true) = 'app_name'))),
               (SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('events') AND tgname IN ('{Trigger}', '{Trigger}_again') AND tgenabled <> 'D') = 2,
               (SELECT quote_ident(nspname) FROM pg_namespace JOIN pg_class c ON relnamespace = pg_namespace.oid WHERE c.oid = to_regclass('events')),
               to_regclass('{MigrationDatabase.Target}') IS NOT NULL,
               to_regclass('adk_internal_metadata') IS NOT NULL
        """;

    public const string Version = "SELECT value FROM adk_internal_metadata WHERE key = 'schema_version'";

    /// <summary>Makes the tables, and adds the columns of ours to tables that ADK made; both are quick however much the tables hold.</summary>
    public const string CreateTables = """
        CREATE TABLE IF NOT EXISTS adk_internal_metadata (
            key varchar(255) NOT NULL, value varchar(255) NOT NULL, PRIMARY KEY (key));
        CREATE TABLE IF NOT EXISTS app_states (
            app_name varchar(191) NOT NULL, state jsonb NOT NULL, update_time timestamptz NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE IF NOT EXISTS user_states (
            app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state jsonb NOT NULL, update_time timestamptz NOT NULL,
            PRIMARY KEY (app_name, user_id));
        CREATE TABLE IF NOT EXISTS sessions (
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, state jsonb NOT NULL,
            create_time timestamptz NOT NULL, update_time timestamptz NOT NULL, PRIMARY KEY (id, app_name, user_id));
        CREATE TABLE IF NOT EXISTS events (
            id varchar(191) NOT NULL, app_name varchar(191) NOT NULL, user_id varchar(191) NOT NULL, session_id varchar(191) NOT NULL,
            invocation_id varchar(255) NOT NULL, timestamp timestamptz NOT NULL, event_data jsonb NOT NULL,
            PRIMARY KEY (id, app_name, user_id, session_id));
        ALTER TABLE sessions
            ADD COLUMN IF NOT EXISTS runtime_revision bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS runtime_expires bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS runtime_name text NOT NULL DEFAULT '',
            ADD COLUMN IF NOT EXISTS runtime_labels jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN IF NOT EXISTS runtime_initial_state text NOT NULL DEFAULT '';
        ALTER TABLE events
            ADD COLUMN IF NOT EXISTS runtime_revision bigint NOT NULL DEFAULT 0,
            ADD COLUMN IF NOT EXISTS runtime_text text NOT NULL DEFAULT '';
        INSERT INTO adk_internal_metadata (key, value) VALUES ('schema_version', '1') ON CONFLICT (key) DO NOTHING;
        """;

    /// <summary>Gives events that other programs write a revision, so that readers and writers of this store notice them.</summary>
    /// <remarks>
    /// Rows of ours come with a revision, and the condition passes them by without a call. An event that is written again under its id keeps
    /// its place; the exact text that this store kept of it is not its any more. ADK's services hold the session's row already, so nothing is
    /// locked in another order. Names are qualified, because the other program may have another search path.
    /// </remarks>
    /// <param name="schema">The quoted name of the schema that the tables are in.</param>
    public static string CreateTriggers(string schema) => $"""
        CREATE OR REPLACE FUNCTION {schema}.{Trigger}() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE
            raised bigint;
        BEGIN
            UPDATE {schema}.sessions SET runtime_revision = runtime_revision + 1
            WHERE app_name = NEW.app_name AND user_id = NEW.user_id AND id = NEW.session_id
            RETURNING runtime_revision INTO raised;
            IF TG_OP = 'INSERT' THEN
                NEW.runtime_revision := COALESCE(raised, 0);
            ELSE
                NEW.runtime_text := '';
            END IF;
            RETURN NEW;
        END $body$;
        DROP TRIGGER IF EXISTS {Trigger} ON {schema}.events;
        DROP TRIGGER IF EXISTS {Trigger}_again ON {schema}.events;
        CREATE TRIGGER {Trigger} BEFORE INSERT ON {schema}.events FOR EACH ROW WHEN (NEW.runtime_revision = 0)
            EXECUTE FUNCTION {schema}.{Trigger}();
        CREATE TRIGGER {Trigger}_again BEFORE UPDATE ON {schema}.events FOR EACH ROW EXECUTE FUNCTION {schema}.{Trigger}();
        """;
}
