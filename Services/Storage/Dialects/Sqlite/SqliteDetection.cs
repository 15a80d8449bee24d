using Runtime.Storage.Migration;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Tells the layouts apart by what the columns are declared as, and by what is in them.</summary>
internal static class SqliteDetection
{
    private const string Columns = "SELECT lower(name), upper(type) FROM pragma_table_info(?1)";

    private const string Version = "SELECT value FROM adk_internal_metadata WHERE key = 'schema_version'";

    private const string HasVersion = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'adk_internal_metadata'";

    // The first and the last row: whoever writes to the file now wrote the last.
    private static readonly string[] _samples = ["ORDER BY rowid", "ORDER BY rowid DESC"];

    /// <summary>Returns <see langword="null"/> for a database without sessions.</summary>
    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public static SqliteLayout? Detect(SqliteLink link)
    {
        var sessions = TypesOf(link, "sessions");
        var events = TypesOf(link, "events");
        if (sessions.Count == 0 && events.Count == 0)
        {
            RequireVersion(link);
            return null;
        }

        if (events.ContainsKey("actions") && !events.ContainsKey("event_data"))
        {
            throw V0Refusal.For(migrating: TypesOf(link, MigrationDatabase.Target).Count > 0);
        }

        RequireVersion(link);
        var declared = (Of(sessions, "update_time"), Of(events, "timestamp"), Of(events, "event_data"), Of(events, "id"));
        var (layout, content) = declared switch
        {
            ("DATETIME", "DATETIME", "JSON", "TEXT") => (SqliteLayout.Milliseconds, "integer"),
            ("DATETIME", "DATETIME", "TEXT" or "JSON", "VARCHAR(128)") => (SqliteLayout.DateText, "text"),
            ("REAL", "REAL", "TEXT", "TEXT") => (SqliteLayout.RealSeconds, "real"),
            var (updated, timestamp, data, id) => throw Unknown(
                $"declares update_time as '{updated}', timestamp as '{timestamp}', event_data as '{data}' and the event's id as '{id}'"),
        };

        foreach (var (table, column) in (ReadOnlySpan<(string, string)>)[("sessions", "update_time"), ("events", "timestamp")])
        {
            foreach (var order in _samples)
            {
                using var row = link.Prepare($"SELECT typeof({column}) FROM {table} {order} LIMIT 1");
                if (row.Read() && row.Text(0) is var found && found != content)
                {
                    throw Unknown($"has times of type '{found}' in {table}.{column}, where the layout has '{content}'");
                }
            }
        }

        return layout;
    }

    private static void RequireVersion(SqliteLink link)
    {
        using var present = link.Prepare(HasVersion);
        if (!present.Read())
        {
            return;
        }

        using var version = link.Prepare(Version);
        if (version.Read() && version.Text(0) is var found && found != "1")
        {
            throw new StorageException(
                StorageFailure.SchemaTooNew, $"The SQLite database has ADK schema version '{found}', and this service writes version 1.", "Upgrade the service.");
        }
    }

    private static StorageException Unknown(string what) => new(
        StorageFailure.SchemaOutdated, $"The SQLite database {what}: neither ADK JS, nor ADK Python, nor this service makes such tables.",
        "Name another file.");

    private static string Of(Dictionary<string, string> types, string column) => types.TryGetValue(column, out var type) ? type : "nothing";

    private static Dictionary<string, string> TypesOf(SqliteLink link, string table)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        using var columns = link.Prepare(Columns).Bind(1, table);
        while (columns.Read())
        {
            types[columns.Text(0)] = columns.Text(1);
        }

        return types;
    }
}
