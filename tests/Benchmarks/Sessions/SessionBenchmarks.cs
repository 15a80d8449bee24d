using System.Diagnostics;
using Runtime.Benchmarks.Load;
using Runtime.Benchmarks.Report;
using Runtime.Benchmarks.Sessions.Databases;
using Runtime.Benchmarks.Sessions.Vertex;
using Spectre.Console;

namespace Runtime.Benchmarks.Sessions;

/// <summary>Puts each case on the service, the floors and the peer in turn, round by round, so that a disturbance hits all of them.</summary>
internal sealed class SessionBenchmarks(RunSessions run)
{
    // The service's code is compiled again, better, while it runs; these many seconds are not counted.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    private readonly IAnsiConsole _console = ReportTables.OpenConsole();

    /// <summary>Measures, prints the tables, and returns the exit code: 0 unless nothing could be measured.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var facts = MachineFacts.Collect(run.Rounds, run.Duration);
        List<DatabaseResults> all = [];
        foreach (var name in run.Databases)
        {
            try
            {
                all.Add(await MeasureAsync(name, facts, cancellationToken));
            }
            catch (InvalidOperationException missing)
            {
                _console.MarkupLineInterpolated($"[red]{name}[/]: {missing.Message}");
            }
        }

        foreach (var results in all)
        {
            ReportTables.Print(_console, results);
        }

        facts.Print(_console);
        if (run.JsonFile is { } file)
        {
            await JsonReport.WriteAsync(file, facts, all, cancellationToken);
        }

        return all.Count == run.Databases.Count ? 0 : 1;
    }

    private async Task<DatabaseResults> MeasureAsync(string name, MachineFacts facts, CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabases.OpenAsync(name, cancellationToken);
        facts.Add(name, database.Version);
        return run.Vertex ? await MeasureVertexAsync(database, name, cancellationToken) : await MeasureSessionsAsync(database, name, facts, cancellationToken);
    }

    private async Task<DatabaseResults> MeasureVertexAsync(IBenchDatabase database, string name, CancellationToken cancellationToken)
    {
        await using var service = await ServiceSubject.StartServiceAsync(database.ServiceAddress, database.ServiceVariables, cancellationToken);
        await using var vertex = new VertexGrpcSubject(service);
        await using var native = new NativeSubject(service);
        await using var rest = new VertexRestSubject(service);
        return await MeasureCasesAsync(VertexCases.All, [vertex, native, rest], peer: null, database, name, cancellationToken);
    }

    private async Task<DatabaseResults> MeasureSessionsAsync(IBenchDatabase database, string name, MachineFacts facts, CancellationToken cancellationToken)
    {
        await using var service = await ServiceSubject.StartAsync(database.ServiceAddress, database.ServiceVariables, cancellationToken);
        var floors = await database.OpenFloorsAsync(cancellationToken);
        PeerSubject? peer = null;
        try
        {
            if (run.WithPeer && database.PeerAddress is { } address)
            {
                peer = await PeerSubject.StartAsync(address, cancellationToken);
                facts.Add("peer", peer.Version);
            }

            ISubject[] subjects = [service, .. floors, .. peer is null ? Array.Empty<ISubject>() : [peer]];
            return await MeasureCasesAsync(SessionCases.All, subjects, peer, database, name, cancellationToken);
        }
        finally
        {
            foreach (var subject in floors)
            {
                await subject.DisposeAsync();
            }

            if (peer is not null)
            {
                await peer.DisposeAsync();
            }
        }
    }

    private async Task<DatabaseResults> MeasureCasesAsync(
        IEnumerable<SessionCase> cases, ISubject[] subjects, PeerSubject? peer, IBenchDatabase database, string name, CancellationToken cancellationToken)
    {
        var results = new DatabaseResults(name, database.Version) { Subjects = [.. subjects.Select(subject => subject.Name)], Peer = peer?.Name };
        var stage = new Stage(database, subjects, peer is not null);
        await stage.WarmUpAsync(WarmUp, cancellationToken);
        var asked = cases.Where(known => run.Cases is [] || run.Cases.Contains(known.Name)).ToList();
        foreach (var together in asked.GroupBy(one => asked.Exists(other => other.Name == one.Beside) ? one.Beside : one.Name))
        {
            foreach (var one in together)
            {
                await stage.PrepareAsync(one, cancellationToken);
                results.Cases.Add(one);
            }

            await MeasureAsync([.. together], subjects, database.ProcessId, results, cancellationToken);
        }

        return results;
    }

    /// <summary>Measures cases that are compared with each other, or a single one.</summary>
    private async Task MeasureAsync(
        IReadOnlyList<SessionCase> together, ISubject[] subjects, int? databaseProcess, DatabaseResults results, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < run.Rounds; round++)
        {
            foreach (var subject in subjects)
            {
                foreach (var asked in together.Where(one => subject.Does(one.Operation) && results.FailureOf(one.Name, subject.Name) is null))
                {
                    await MeasureAsync(asked, subject, warmsUp: round == 0, databaseProcess, results, cancellationToken);
                }
            }
        }

        foreach (var asked in together)
        {
            _console.MarkupLineInterpolated($"[grey]{results.Database,-9} {asked.Name,-18} {clock.Elapsed.TotalSeconds / together.Count,4:0} s[/]  {asked.Question}");
        }
    }

    private async Task MeasureAsync(
        SessionCase asked, ISubject subject, bool warmsUp, int? databaseProcess, DatabaseResults results, CancellationToken cancellationToken)
    {
        try
        {
            if (warmsUp)
            {
                await subject.MeasureAsync(asked, run.Duration / 4, cancellationToken);
            }

            var before = ProcessorTime.Read(subject.ProcessId, databaseProcess);
            var measured = await subject.MeasureAsync(asked, run.Duration, cancellationToken);
            var used = ProcessorTime.Read(subject.ProcessId, databaseProcess).Since(before, measured.Operations);
            results.Add(asked, subject, measured with { ProcessorTime = used });
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            results.Fail(asked, subject, error.Message);
        }
    }
}
