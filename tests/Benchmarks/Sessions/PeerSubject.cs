using System.Diagnostics;
using System.Text.Json;
using Runtime.Benchmarks.Load;
using Runtime.Testing;

namespace Runtime.Benchmarks.Sessions;

/// <summary>ADK JS's DatabaseSessionService in a Node.js process, which puts the same load on it and reports the same numbers.</summary>
/// <remarks>One command is one line of JSON on its standard input, and one answer is one line on its standard output.</remarks>
internal sealed class PeerSubject : ISubject
{
    private static readonly string _folder = Path.Combine(Repository.Root, "tests", "Benchmarks", "adk-js");
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web);

    private readonly Process _process;

    private PeerSubject(Process process) => _process = process;

    public string Name => "ADK JS";

    public int? ProcessId => _process.Id;

    public bool Does(Operation operation) => true;

    /// <summary>Gets the versions of Node.js and of the package.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Starts the peer on an empty database.</summary>
    /// <exception cref="InvalidOperationException">Node.js or its packages are missing.</exception>
    public static async Task<PeerSubject> StartAsync(string address, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(_folder, "node_modules")))
        {
            throw new InvalidOperationException("tests/Benchmarks/adk-js/node_modules is missing. Fix: npm ci --prefix tests/Benchmarks/adk-js");
        }

        var peer = new PeerSubject(Process.Start(new ProcessStartInfo("node", [Path.Combine(_folder, "peer.mjs"), address])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        peer.Version = (await peer.AskAsync(new("version"), cancellationToken)).Version!;
        return peer;
    }

    public Task PrepareAsync(SessionPool pool, CancellationToken cancellationToken) =>
        AskAsync(new("prepare") { Pool = pool }, cancellationToken);

    public async Task<Measurement> MeasureAsync(SessionCase asked, TimeSpan duration, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            new(asked.Operation.ToString().ToLowerInvariant())
            {
                Pool = asked.Pool,
                Callers = asked.Callers,
                Recent = asked.Recent,
                ListedApp = asked.ListedApp,
                PageSize = SessionCases.PageSize,
                Seconds = duration.TotalSeconds,
            },
            cancellationToken);
        return new(answer.Operations, answer.PerSecond, answer.P50, answer.P95, answer.P99);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question, _options).AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The peer ended; its complaint is above.");
        var answer = JsonSerializer.Deserialize<Answer>(line, _options)!;
        return answer.Error is null ? answer : throw new InvalidOperationException(answer.Error);
    }

    private sealed record Question(string Do)
    {
        public string App { get; } = SessionCase.App;

        public string User { get; } = SessionCase.User;

        public string Event { get; } = BenchEvent.Json;

        public SessionPool? Pool { get; init; }

        public int Callers { get; init; }

        public int? Recent { get; init; }

        public string? ListedApp { get; init; }

        public int PageSize { get; init; }

        public double Seconds { get; init; }
    }

    private sealed record Answer(string? Error, string? Version, int Operations, double PerSecond, double P50, double P95, double P99);
}
