using Microsoft.Data.Sqlite;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>SQLite, in files of a folder for temporary files; the speed of its disk counts.</summary>
internal sealed class SqliteBenchDatabase : IBenchDatabase
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-bench-").FullName;

    private SqliteBenchDatabase()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Version = $"SQLite {connection.ServerVersion}";
    }

    public string ServiceAddress => $"sqlite:///{Service}";

    public IReadOnlyDictionary<string, string> ServiceVariables { get; } = new Dictionary<string, string>();

    public string? PeerAddress => $"sqlite://{Peer}";

    public string Version { get; }

    public int? ProcessId => null;

    private string Service => Path.Combine(_folder, "service.db");

    private string Floor => Path.Combine(_folder, "floor.db");

    private string Peer => Path.Combine(_folder, "adk-js.db");

    public static Task<IBenchDatabase> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<IBenchDatabase>(new SqliteBenchDatabase());

    public Task<IReadOnlyList<ISubject>> OpenFloorsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ISubject>>([new SqliteFloor(Floor)]);

    public Task LoadSessionsAsync(string app, int count, bool withPeer, CancellationToken cancellationToken) => EverywhereAsync(
        withPeer,
        file => $$"""
        WITH RECURSIVE made (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < {{count}})
        INSERT INTO {{(file == Floor ? "listed_sessions" : "sessions")}} (id, app_name, user_id, state, create_time, update_time)
        SELECT 's-' || n, '{{app}}', '{{SessionCase.User}}', '{}', unixepoch() * 1000, unixepoch() * 1000 + n FROM made;
        """,
        cancellationToken);

    // With revisions where they are kept: giving each event the next one by a trigger is meant for writers of single events.
    public Task LoadEventsAsync(SessionPool crowd, bool withPeer, CancellationToken cancellationToken) => EverywhereAsync(
        withPeer,
        file => $$"""
        INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time)
        VALUES ('{{crowd.Id(0)}}', '{{SessionCase.App}}', '{{SessionCase.User}}', '{}', unixepoch() * 1000, unixepoch() * 1000);
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {{crowd.Events}}),
             made (n, id, ms) AS MATERIALIZED (SELECT n, lower(hex(randomblob(16))), unixepoch() * 1000 + n FROM numbers)
        INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data{{(file == Service ? ", runtime_revision" : "")}})
        SELECT id, '{{SessionCase.App}}', '{{SessionCase.User}}', '{{crowd.Id(0)}}', '{{BenchEvent.InvocationId}}', ms,
               '{{BenchEvent.Stored("' || id || '", "' || ms || '")}}'{{(file == Service ? ", n" : "")}}
        FROM made;
        """,
        cancellationToken);

    public Task SettleAsync(bool withPeer, CancellationToken cancellationToken) => EverywhereAsync(withPeer, _ => "ANALYZE;", cancellationToken);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task EverywhereAsync(bool withPeer, Func<string, string> sql, CancellationToken cancellationToken)
    {
        foreach (var file in (string[])(withPeer ? [Service, Floor, Peer] : [Service, Floor]))
        {
            await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE; {sql(file)} COMMIT;";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
