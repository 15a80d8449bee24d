using Npgsql;
using Runtime.Benchmarks.Bare;
using Runtime.Benchmarks.Load;
using Runtime.Testing;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>PostgreSQL, as the AppHost starts it.</summary>
internal sealed class PostgresBenchDatabase : IBenchDatabase
{
    private const string Service = "bench_service";
    private const string Floor = "bench_floor";
    private const string Bare = "bench_bare";
    private const string Peer = "bench_adk_js";

    private readonly NpgsqlConnectionStringBuilder _server;
    private NpgsqlDataSource? _floor;

    private PostgresBenchDatabase(NpgsqlConnectionStringBuilder server, string version, int? processId) =>
        (_server, Version, ProcessId) = (server, version, processId);

    public string ServiceAddress => Address(Service);

    public IReadOnlyDictionary<string, string> ServiceVariables { get; } = new Dictionary<string, string>();

    public string? PeerAddress => $"postgresql://{_server.Username}:{Uri.EscapeDataString(_server.Password!)}@{_server.Host}:{_server.Port}/{Peer}";

    public string Version { get; }

    public int? ProcessId { get; }

    public static async Task<IBenchDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        var (address, reason) = await BackingProduct.Postgres.FindAsync(cancellationToken);
        var server = new NpgsqlConnectionStringBuilder(address ?? throw new InvalidOperationException(reason));
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var database in new[] { Service, Floor, Bare, Peer })
        {
            await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)", cancellationToken);
            await ExecuteAsync(connection, $"CREATE DATABASE {database}", cancellationToken);
        }

        return new PostgresBenchDatabase(server, $"PostgreSQL {connection.PostgreSqlVersion}", ProcessorTime.ParentOf(connection.ProcessID));
    }

    public async Task<IReadOnlyList<ISubject>> OpenFloorsAsync(CancellationToken cancellationToken)
    {
        foreach (var database in new[] { Floor, Bare })
        {
            await InAsync(database, PostgresStatements.Schema, cancellationToken);
        }

        _floor = FloorConnections.Open(Address(Floor));
        var statements = new PostgresStatements(_floor);
        var bare = new ServiceSubject(BareService.Name, await BareService.StartAsync(Address(Bare), cancellationToken));
        return [new PostgresFloor(statements, oneStatement: true), new PostgresFloor(statements, oneStatement: false), bare];
    }

    public Task LoadSessionsAsync(string app, int count, bool withPeer, CancellationToken cancellationToken) => EverywhereAsync(
        withPeer,
        database => $"""
        INSERT INTO {(database is Floor or Bare ? "listed_sessions" : "sessions")} (id, app_name, user_id, state, create_time, update_time)
        SELECT 's-' || n, '{app}', '{SessionCase.User}', '{"{}"}', now(), now() + n * interval '1 ms' FROM generate_series(1, {count}) n;
        """,
        cancellationToken);

    // With revisions where they are kept: giving each event the next one by a trigger is meant for writers of single events.
    public Task LoadEventsAsync(SessionPool crowd, bool withPeer, CancellationToken cancellationToken) => EverywhereAsync(
        withPeer,
        database => $"""
        INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time)
        VALUES ('{crowd.Id(0)}', '{SessionCase.App}', '{SessionCase.User}', '{"{}"}', now(), now());
        INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data{(database == Service ? ", runtime_revision" : "")})
        SELECT id, '{SessionCase.App}', '{SessionCase.User}', '{crowd.Id(0)}', '{BenchEvent.InvocationId}', to_timestamp(ms / 1000.0),
               ('{BenchEvent.Stored("' || id || '", "' || ms || '")}')::jsonb{(database == Service ? ", n" : "")}
        FROM (SELECT n, gen_random_uuid()::text AS id, (extract(epoch FROM now()) * 1000)::bigint + n AS ms FROM generate_series(1, {crowd.Events}) n) made;
        """,
        cancellationToken);

    // As autovacuum does after a while: nobody's plan should depend on when it last came by.
    public Task SettleAsync(bool withPeer, CancellationToken cancellationToken) => EverywhereAsync(withPeer, _ => "VACUUM ANALYZE", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_floor is not null)
        {
            await _floor.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        foreach (var database in new[] { Service, Floor, Bare, Peer })
        {
            await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Address(string database) => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = database }.ConnectionString;

    private async Task EverywhereAsync(bool withPeer, Func<string, string> sql, CancellationToken cancellationToken)
    {
        foreach (var database in (string[])(withPeer ? [Service, Floor, Bare, Peer] : [Service, Floor, Bare]))
        {
            await InAsync(database, sql(database), cancellationToken);
        }
    }

    private async Task InAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(Address(database));
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, sql, cancellationToken);
    }
}
