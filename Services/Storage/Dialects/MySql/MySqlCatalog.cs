using MySqlConnector;
using Runtime.Storage.Migration;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>What the database says of its tables.</summary>
internal sealed class MySqlCatalog
{
    // Column names are given, because MySQL spells those of its catalogue in capitals.
    private const string Query = $"""
        SELECT version() AS version, @@max_allowed_packet AS packet;
        SELECT table_name AS t, column_name AS c, data_type AS d, COALESCE(datetime_precision, 0) AS p,
               COALESCE(character_maximum_length, 0) AS w, COALESCE(collation_name, '') AS n
        FROM information_schema.columns
        WHERE table_schema = DATABASE() AND table_name IN ('adk_internal_metadata', 'app_states', 'user_states', 'sessions', 'events', 'runtime_schema',
            '{MigrationDatabase.Target}');
        SELECT table_name AS t, index_name AS i, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS c, COUNT(DISTINCT collation) AS directions
        FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name IN ('sessions', 'events') GROUP BY table_name, index_name;
        SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND event_object_table = 'events';
        """;

    private readonly Dictionary<(string Table, string Name), Column> _columns = [];
    private readonly List<(string Table, string Name, string Columns)> _indexes = [];
    private readonly HashSet<string> _triggers = new(StringComparer.Ordinal);

    private MySqlCatalog(MySqlServer server) => Server = server;

    public MySqlServer Server { get; }

    public static async Task<MySqlCatalog> ReadAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new MySqlCommand(Query, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var catalog = new MySqlCatalog(MySqlServer.Parse(reader.GetString(0), reader.GetInt64(1)));

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            catalog._columns[(reader.GetString(0), reader.GetString(1))] =
                new(reader.GetString(2), Convert.ToInt32(reader.GetValue(3), null), Convert.ToInt64(reader.GetValue(4), null), reader.GetString(5));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            // An index that mixes directions cannot be read in the one direction that a list wants.
            var oneWay = Convert.ToInt64(reader.GetValue(3), null) == 1;
            catalog._indexes.Add((reader.GetString(0), reader.GetString(1), oneWay ? reader.GetString(2) : ""));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            catalog._triggers.Add(reader.GetString(0));
        }

        return catalog;
    }

    public bool HasTable(string table) => _columns.Keys.Any(column => column.Table == table);

    public bool HasColumn(string table, string column) => _columns.ContainsKey((table, column));

    /// <summary>Returns the name of an index that begins with these columns.</summary>
    public string? IndexOn(string table, string columns) =>
        _indexes.FirstOrDefault(index => index.Table == table && (index.Columns + ",").StartsWith(columns + ",", StringComparison.Ordinal)).Name;

    public bool HasIndexNamed(string table, string name) => _indexes.Any(index => index.Table == table && index.Name == name);

    public bool HasTrigger(string name) => _triggers.Contains(name);

    /// <exception cref="StorageException">The tables are of a layout that this store does not write.</exception>
    public MySqlLayout Layout()
    {
        if (HasColumn("events", "actions") && !HasColumn("events", "event_data"))
        {
            throw V0Refusal.For(migrating: HasTable(MigrationDatabase.Target));
        }

        foreach (var column in new[] { ("sessions", "create_time"), ("sessions", "update_time"), ("events", "timestamp") })
        {
            if (_columns.TryGetValue(column, out var time) && time.Type != "datetime")
            {
                throw new StorageException(
                    StorageFailure.SchemaTooNew, $"The session database keeps '{column.Item1}.{column.Item2}' as '{time.Type}', not as datetime.",
                    "Name a database that this service, ADK JS or ADK Python created.");
            }
        }

        (string, string)[] keys =
        [
            ("sessions", "app_name"), ("sessions", "user_id"), ("sessions", "id"), ("app_states", "app_name"), ("user_states", "app_name"), ("user_states", "user_id"),
            ("events", "app_name"), ("events", "user_id"), ("events", "session_id"), ("events", "id"),
        ];
        return new(
            Server,
            IsExact: keys.All(key => !_columns.TryGetValue(key, out var column) || column.IsExact),
            IsPythonMade: _columns.TryGetValue(("events", "id"), out var id) && id.Width == 128,
            SessionDigits: _columns.TryGetValue(("sessions", "update_time"), out var updated) ? updated.Digits : 0,
            EventIndex: IndexOn("events", MySqlSchema.EventColumns),
            EventDigits: _columns.TryGetValue(("events", "timestamp"), out var timestamp) ? timestamp.Digits : 0);
    }

    private sealed record Column(string Type, int Digits, long Width, string Collation)
    {
        public bool IsExact => Collation.EndsWith("_nopad_bin", StringComparison.Ordinal) || Collation.EndsWith("_0900_bin", StringComparison.Ordinal) || Collation.Length == 0;
    }
}
