using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Runtime.Benchmarks.Bare;
using Runtime.Benchmarks.Load;
using Runtime.Benchmarks.Report;
using Runtime.Testing;
using Spectre.Console;

namespace Runtime.Benchmarks.Tools;

/// <summary>Has one row looked up through the gateway, through MCP Toolbox for Databases, through the bare service, and by Npgsql alone, in turn, round by round.</summary>
internal sealed class ToolBenchmarks(RunTools run)
{
    private const string Database = "bench_tools";

    // Code is compiled again, better, while it runs; these many seconds are not counted.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    private readonly IAnsiConsole _console = ReportTables.OpenConsole();

    /// <summary>Measures, prints the tables, and returns the exit code: 0 unless nothing could be measured.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var facts = MachineFacts.Collect(run.Rounds, run.Duration);
        var (address, reason) = await BackingProduct.Postgres.FindAsync(cancellationToken);
        if (address is null)
        {
            _console.MarkupLineInterpolated($"[red]postgres[/]: {reason}");
            return 1;
        }

        var (database, server) = await CreateDatabaseAsync(new(address), facts, cancellationToken);
        using var servers = new ToolServers(database);
        await using var source = FloorConnections.Open(database.ConnectionString);
        await using var bare = await BareService.StartAsync(database.ConnectionString, cancellationToken);

        var starts = new List<ToolStart>();
        var gateway = await StartAsync("gateway", () => servers.StartGatewayAsync(cancellationToken), starts, cancellationToken);
        ServiceProcess? toolbox = null;
        if (ToolServers.Toolbox() is { } program)
        {
            toolbox = await StartAsync("Toolbox", () => servers.StartToolboxAsync(program, cancellationToken), starts, cancellationToken);
        }
        else
        {
            facts.Add("peer", "absent. Fix: npm ci --prefix tests/toolbox-peer");
        }

        try
        {
            var results = await MeasureAsync(source, bare, gateway, toolbox, server, cancellationToken);
            ToolTables.Print(_console, starts, results);
            facts.Print(_console);
            return 0;
        }
        finally
        {
            await gateway.DisposeAsync();
            if (toolbox is not null)
            {
                await toolbox.DisposeAsync();
            }
        }
    }

    private static async Task<(NpgsqlConnectionStringBuilder Database, int? Server)> CreateDatabaseAsync(
        NpgsqlConnectionStringBuilder server, MachineFacts facts, CancellationToken cancellationToken)
    {
        int? process;
        await using (var connection = new NpgsqlConnection(server.ConnectionString))
        {
            await connection.OpenAsync(cancellationToken);
            facts.Add("database", $"PostgreSQL {connection.PostgreSqlVersion}");
            process = ProcessorTime.ParentOf(connection.ProcessID);
            foreach (var sql in new[] { $"DROP DATABASE IF EXISTS {Database} WITH (FORCE)", $"CREATE DATABASE {Database}" })
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }

        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Database };
        await using var setup = new NpgsqlConnection(database.ConnectionString);
        await setup.OpenAsync(cancellationToken);
        foreach (var statement in ToolCase.Setup.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, setup);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return (database, process);
    }

    /// <summary>Starts a server and notes how long its first successful call took, and its memory while nothing happens.</summary>
    private static async Task<ServiceProcess> StartAsync(
        string name, Func<Task<ServiceProcess>> start, List<ToolStart> starts, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var server = await start();
        await using var first = new HttpToolSubject(name, server, ToolCase.ToolboxRequest, callers: 1);
        await first.CallAsync(caller: 0, cancellationToken);
        starts.Add(new(name, clock.Elapsed, server.MemoryMiB, () => server.MemoryMiB));
        return server;
    }

    private async Task<List<ToolResults>> MeasureAsync(
        NpgsqlDataSource source, ServiceProcess bare, ServiceProcess gateway, ServiceProcess? toolbox, int? database, CancellationToken cancellationToken)
    {
        List<ToolResults> all = [];
        foreach (var callers in run.Callers)
        {
            List<IToolSubject> subjects =
            [
                new NpgsqlSubject(source),
                new GrpcToolSubject(BareService.Name, bare),
                new GrpcToolSubject("gateway, gRPC", gateway),
                new HttpToolSubject("gateway, MCP", gateway, ToolCase.McpRequest, callers),
                new HttpToolSubject("gateway, Toolbox HTTP", gateway, ToolCase.ToolboxRequest, callers),
            ];
            if (toolbox is not null)
            {
                subjects.Add(new HttpToolSubject("Toolbox, MCP", toolbox, ToolCase.McpRequest, callers));
                subjects.Add(new HttpToolSubject("Toolbox, Toolbox HTTP", toolbox, ToolCase.ToolboxRequest, callers));
            }

            var rounds = subjects.ToDictionary(subject => subject.Name, _ => new List<Measurement>());
            var clock = Stopwatch.StartNew();
            for (var round = 0; round <= run.Rounds; round++)
            {
                foreach (var subject in subjects)
                {
                    var before = ProcessorTime.Read(subject.ProcessId, database);
                    var duration = round is 0 ? WarmUp : run.Duration;
                    var measured = await ClosedLoop.RunAsync(callers, duration, (caller, _) => subject.CallAsync(caller, cancellationToken), cancellationToken);
                    if (round > 0)
                    {
                        rounds[subject.Name].Add(
                            measured with { ProcessorTime = ProcessorTime.Read(subject.ProcessId, database).Since(before, measured.Operations) });
                    }
                }
            }

            foreach (var subject in subjects)
            {
                await subject.DisposeAsync();
            }

            all.Add(new(callers, rounds.ToDictionary(subject => subject.Key, subject => Summary.Of(subject.Value))));
            _console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]{callers,3} callers {clock.Elapsed.TotalSeconds,4:0} s[/]");
        }

        return all;
    }
}

/// <summary>How a server started.</summary>
internal sealed record ToolStart(string Name, TimeSpan FirstCall, double IdleMiB, Func<double> MiBNow);

/// <summary>What so many callers at once saw, by subject.</summary>
internal sealed record ToolResults(int Callers, IReadOnlyDictionary<string, Summary> Subjects);
