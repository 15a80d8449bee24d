using MySqlConnector;
using Runtime.Storage.Dialects.MySql;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>A database of a test's own on the shared server, dropped at its end.</summary>
internal sealed class MySqlDatabase : IAsyncDisposable
{
    /// <summary>The tables as SQLAlchemy creates them for ADK Python's <c>DatabaseSessionService</c>, in the collation that Debian's MariaDB gives them.</summary>
    public const string PythonTables = """
        CREATE TABLE adk_internal_metadata (`key` VARCHAR(128) NOT NULL, value VARCHAR(256) NOT NULL, PRIMARY KEY (`key`));
        CREATE TABLE app_states (app_name VARCHAR(128) NOT NULL, state LONGTEXT NOT NULL, update_time DATETIME(6) NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE user_states (app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state LONGTEXT NOT NULL,
            update_time DATETIME(6) NOT NULL, PRIMARY KEY (app_name, user_id));
        CREATE TABLE sessions (app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state LONGTEXT NOT NULL,
            create_time DATETIME(6) NOT NULL, update_time DATETIME(6) NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE events (id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, timestamp DATETIME(6) NOT NULL, event_data LONGTEXT,
            PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY(app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        CREATE INDEX idx_events_app_user_session_ts ON events (app_name, user_id, session_id, timestamp DESC);
        INSERT INTO adk_internal_metadata (`key`, value) VALUES ('schema_version', '1');
        """;

    /// <summary>Many sessions of one app, each of a user of its own.</summary>
    public const string ManySessions = """
        INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time)
        SELECT seq, 'app', CONCAT('u', seq), '{}', '2025-01-01', '2025-01-01' FROM seq_1_to_8000;
        ANALYZE TABLE sessions
        """;

    private readonly MySqlDataSource _server;
    private readonly MySqlDataSource _source;
    private readonly string _name = $"contract_{Guid.CreateVersion7():n}";

    private MySqlDatabase(string address)
    {
        _ = StorageDialects.BuiltIn.Find(address, out var url);
        var settings = MySqlAddress.Settings(url);
        settings.MaximumPoolSize = 4;
        _server = new(settings.ConnectionString);
        settings.Database = _name;
        _source = new(settings.ConnectionString);
        Settings = settings;
        Address = $"mariadb://{Uri.EscapeDataString(settings.UserID)}:{Uri.EscapeDataString(settings.Password)}@{settings.Server}:{settings.Port}/{_name}";
    }

    /// <summary>Gets the address in its parts.</summary>
    public MySqlConnectionStringBuilder Settings { get; }

    /// <summary>Gets the address as a URL, which ADK JS takes as well.</summary>
    public string Address { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Creates the database, and in it what <paramref name="sql"/> says. Skips where the server is absent.</summary>
    public static async Task<MySqlDatabase> CreateOrSkipAsync(string sql = "SELECT 1")
    {
        var database = new MySqlDatabase(await BackingProduct.MariaDb.AddressOrSkipAsync(Cancellation));
        await ExecuteAsync(database._server, $"CREATE DATABASE {database._name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
        await database.ExecuteAsync(sql);
        return database;
    }

    /// <summary>Opens a store on the database.</summary>
    public ISessionStore Open(string parameters = "", StorageContext? context = null) => StorageDialects.BuiltIn.Open(Address + parameters, context ?? new());

    /// <summary>Opens and closes a store, as a replica that starts does.</summary>
    public async Task OpenAndCheckAsync()
    {
        await using var store = Open();
        await store.CheckAsync(Cancellation);
    }

    /// <summary>Makes a user that may do just this here, and returns the address for it.</summary>
    public async Task<string> AddressForAsync(string privileges)
    {
        var user = _name[^16..];
        await ExecuteAsync($"CREATE USER '{user}'@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT {privileges} ON {_name}.* TO '{user}'@'127.0.0.1'");
        return $"mariadb://{user}:pw@{Settings.Server}:{Settings.Port}/{_name}";
    }

    /// <summary>Begins a transaction on a connection of its own, which ends with the connection.</summary>
    public async Task<MySqlConnection> LockAsync(string sql)
    {
        var connection = new MySqlConnection(Settings.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new MySqlCommand($"START TRANSACTION; {sql} FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }

    public Task ExecuteAsync(string sql) => ExecuteAsync(_source, sql);

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    public async Task<List<string>> ColumnAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            rows.Add(reader.GetValue(0).ToString()!);
        }

        return rows;
    }

    public Task<List<string>> IndexesAsync() => ColumnAsync(
        $"SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = '{_name}' AND index_name LIKE 'idx_%' ORDER BY 1");

    /// <summary>Runs a script, and tells how many rows the server went through for it.</summary>
    public async Task<long> RowsReadAsync(MySqlScript script)
    {
        await using var connection = new MySqlConnection(Settings.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using (var command = script.On(connection))
        {
            command.CommandText = $"FLUSH STATUS;\n{command.CommandText}";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        await using var counters = new MySqlCommand(
            """
            SELECT COALESCE(SUM(variable_value), 0) FROM information_schema.session_status
            WHERE variable_name IN ('Handler_read_next', 'Handler_read_prev', 'Handler_read_rnd', 'Handler_read_rnd_next', 'Sort_rows')
            """,
            connection);
        return Convert.ToInt64(await counters.ExecuteScalarAsync(Cancellation), null);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await ExecuteAsync(_server, $"DROP DATABASE {_name}; DROP USER IF EXISTS '{_name[^16..]}'@'127.0.0.1'");
        await _server.DisposeAsync();
    }

    private static async Task ExecuteAsync(MySqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
