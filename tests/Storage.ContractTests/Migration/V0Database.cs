using System.Data.Common;
using System.Globalization;
using Runtime.Storage.Migration;

namespace Runtime.Storage.ContractTests.Migration;

/// <summary>A database of its own for one test, with the tables that ADK Python up to 1.21 makes there.</summary>
public abstract class V0Database : IAsyncDisposable
{
    private DbConnection? _connection;

    /// <summary>Gets the address that a service or the command is given.</summary>
    public abstract string Address { get; }

    /// <summary>Gets the columns of events that came after ADK 1.0, with their types; early databases lack them.</summary>
    protected abstract string LaterColumns { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes an empty database. Skips where the product is absent.</summary>
    public abstract Task CreateAsync();

    /// <summary>Opens a connection that the test writes and looks with.</summary>
    protected abstract DbConnection Connect();

    /// <summary>The statements that ADK's models become, without the columns that came later.</summary>
    protected abstract string Tables(string laterColumns);

    public abstract Task<IReadOnlyList<string>> TableNamesAsync();

    public StorageMigrator Migrator(MigrationOptions? options = null) => StorageMigrations.Open(Address, (options ?? new()) with { BatchSize = 10 });

    public Task CreateTablesAsync(bool early = false) => ExecuteAsync(Tables(early ? "" : LaterColumns));

    /// <summary>Adds a session with events, a second apart, whose deltas count up and whose actions are a sample's.</summary>
    public async Task AddSessionAsync(SessionKey key, int events, string sample = "state", bool early = false)
    {
        await ExecuteAsync(
            "INSERT INTO sessions (app_name, user_id, id, state, create_time, update_time) VALUES (@app, @user, @id, '{\"a\": 1}', '2025-11-23 04:26:40.5', '2025-11-23 04:26:41.123456')",
            Names(key));
        foreach (var (table, columns) in new[] { ("app_states", "app_name"), ("user_states", "app_name, user_id") })
        {
            await ExecuteAsync(
                $"INSERT INTO {table} ({columns}, state, update_time) VALUES ({(columns == "app_name" ? "@app" : "@app, @user")}, '{{\"seen\": true}}', '2025-11-23 04:26:40')",
                Names(key));
        }

        for (var number = 0; number < events; number++)
        {
            await AddEventAsync(key, $"{key.Id}-{number:0000}", number, V0Samples.Pickle(sample), early);
        }
    }

    public Task AddEventAsync(SessionKey key, string id, int second, byte[] actions, bool early = false) => ExecuteAsync(
        $"""
        INSERT INTO events (id, app_name, user_id, session_id, invocation_id, author, actions, branch, timestamp, content, partial, turn_complete, error_message
            {(early ? "" : ", long_running_tool_ids_json, custom_metadata, interrupted, usage_metadata")})
        VALUES (@event, @app, @user, @id, 'e-1', 'agent', @actions, NULL, @time, '{V0Samples.Content.Replace("'", "''", StringComparison.Ordinal)}', {False}, NULL, 'ü'
            {(early ? "" : """, '["adk-1"]', '{"Key": [1.50]}', NULL, 'null'""")})
        """,
        [.. Names(key), ("@event", id), ("@actions", actions), ("@time", Time(V0Samples.Start.AddSeconds(second)))]);

    public async Task ExecuteAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = await CommandAsync(sql, parameters);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = await CommandAsync(sql, []);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>All rows of a query as text, to compare what a database holds before and after.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var command = await CommandAsync(sql, []);
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var all = new List<string>();
        while (await rows.ReadAsync(Cancellation))
        {
            all.Add(string.Join('|', Enumerable.Range(0, rows.FieldCount).Select(at => rows.GetValue(at) switch
            {
                byte[] bytes => Convert.ToHexString(bytes),
                DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            })));
        }

        return all;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The word for false where a column is Boolean.</summary>
    protected virtual string False => "false";

    /// <summary>A time as ADK's driver sends it.</summary>
    protected virtual object Time(DateTime time) => time;

    private static (string Name, object Value)[] Names(SessionKey key) => [("@app", key.App), ("@user", key.User), ("@id", key.Id)];

    private async Task<DbCommand> CommandAsync(string sql, (string Name, object Value)[] parameters)
    {
        if (_connection is null)
        {
            _connection = Connect();
            await _connection.OpenAsync(Cancellation);
        }

        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
