using Npgsql;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>A database of a test's own on the shared server, dropped at its end.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>The tables as SQLAlchemy creates them for ADK Python's <c>DatabaseSessionService</c>.</summary>
    public const string PythonTables = """
        CREATE TABLE adk_internal_metadata (key VARCHAR(128) NOT NULL, value VARCHAR(256) NOT NULL, PRIMARY KEY (key));
        CREATE TABLE app_states (app_name VARCHAR(128) NOT NULL, state JSONB NOT NULL, update_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE user_states (app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state JSONB NOT NULL,
            update_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (app_name, user_id));
        CREATE TABLE sessions (app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state JSONB NOT NULL,
            create_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, update_time TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE events (id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, timestamp TIMESTAMP WITHOUT TIME ZONE NOT NULL, event_data JSONB,
            PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY(app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        CREATE INDEX idx_events_app_user_session_ts ON events (app_name, user_id, session_id, timestamp DESC);
        INSERT INTO adk_internal_metadata (key, value) VALUES ('schema_version', '1');
        """;

    private readonly NpgsqlDataSource _server;
    private readonly NpgsqlDataSource _source;

    private PostgresDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        Settings = new(server.ConnectionString) { Database = name };
        _server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ConnectionString) { MaxPoolSize = 1 });
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { MaxPoolSize = 4 });
    }

    /// <summary>Gets the address in its parts.</summary>
    public NpgsqlConnectionStringBuilder Settings { get; }

    /// <summary>Gets the address as a keyword string.</summary>
    public string Address => Settings.ConnectionString;

    /// <summary>Gets the address as ADK JS takes it.</summary>
    public string Url => $"postgresql://{Uri.EscapeDataString(Settings.Username!)}:{Uri.EscapeDataString(Settings.Password ?? "")}@{Settings.Host}:{Settings.Port}/{Settings.Database}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Creates the database, and in it what <paramref name="sql"/> says. Skips where the server is absent.</summary>
    public static async Task<PostgresDatabase> CreateOrSkipAsync(string sql = "SELECT 1")
    {
        var address = await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation);
        _ = StorageDialects.BuiltIn.Find(address, out var url);
        var database = new PostgresDatabase(url.Keywords is { } keywords ? new(keywords) : PostgresDialect.FromUrl(url), $"contract_{Guid.CreateVersion7():n}");
        await ExecuteAsync(database._server, $"CREATE DATABASE {database.Settings.Database}");
        await database.ExecuteAsync(sql);
        return database;
    }

    /// <summary>Opens a store on the database.</summary>
    public ISessionStore Open(string more = "", StorageContext? context = null) => StorageDialects.BuiltIn.Open($"{Address};{more}", context ?? new());

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

    /// <summary>The indexes of this store, and those of ADK that have a name.</summary>
    public Task<List<string>> IndexesAsync() =>
        ColumnAsync("SELECT indexname FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass WHERE indexname LIKE 'idx_%' AND indisvalid ORDER BY 1");

    /// <summary>Waits for indexes that are made in the background.</summary>
    public async Task AwaitIndexesAsync(int count)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Call);
        while ((await IndexesAsync()).Count < count)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await ExecuteAsync(_server, $"DROP DATABASE {Settings.Database} WITH (FORCE)");
        await _server.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
