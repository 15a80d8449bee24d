using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>The session service of ADK JS, in a process of its own, on the database that it is given: <c>tests/clients/adk-sessions.mjs</c>.</summary>
internal sealed class AdkJs : IAsyncDisposable
{
    private const string AnswerMark = "> ";

    private static readonly string _folder = Path.Combine(Repository.Root, "tests", "clients");
    private static readonly Lazy<bool> _present = new(() => Directory.Exists(Path.Combine(_folder, "node_modules", "@google", "adk")) && NodeRuns());

    private readonly Process _process;
    private readonly Task<string> _complaints;

    private AdkJs(Process process)
    {
        _process = process;
        _complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Skips where Node.js or its packages are missing.</summary>
    public static void SkipUnlessPresent() => Expectation.SkipUnless(
        "node", _present.Value, "Node.js or tests/clients/node_modules is missing. Fix: npm ci --prefix tests/clients");

    /// <summary>Starts the process. The service connects, and updates the tables, at its first call.</summary>
    /// <param name="url">As ADK JS writes it: <c>postgresql://…</c>, or <c>sqlite://</c> and a path.</param>
    public static AdkJs StartOrSkip(string url)
    {
        SkipUnlessPresent();
        return new(Process.Start(new ProcessStartInfo("node", [Path.Combine(_folder, "adk-sessions.mjs"), url])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Creates a session.</summary>
    public Task<JsonNode?> CreateAsync(SessionKey key, string state = "{}") => CallAsync("create", key, ("state", JsonNode.Parse(state)));

    /// <summary>Reads a session as the service gives it to an agent; <see langword="null"/> when there is none.</summary>
    public Task<JsonNode?> GetAsync(SessionKey key) => CallAsync("get", key);

    /// <summary>Appends to the session as this process read it last.</summary>
    public Task<JsonNode?> AppendAsync(SessionKey key, string eventJson) => CallAsync("append", key, ("event", JsonNode.Parse(eventJson)));

    /// <summary>Lists the sessions of the key's user.</summary>
    public Task<JsonNode?> ListAsync(SessionKey key) => CallAsync("list", key);

    /// <summary>Deletes a session.</summary>
    public Task<JsonNode?> DeleteAsync(SessionKey key) => CallAsync("delete", key);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task<JsonNode?> CallAsync(string call, SessionKey key, params (string Name, JsonNode? Value)[] more)
    {
        var command = new JsonObject { ["call"] = call, ["appName"] = key.App, ["userId"] = key.User, ["sessionId"] = key.Id };
        foreach (var (name, value) in more)
        {
            command[name] = value;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Call);
        await _process.StandardInput.WriteLineAsync(command.ToJsonString().AsMemory(), limit.Token);
        await _process.StandardInput.FlushAsync(limit.Token);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(AnswerMark, StringComparison.Ordinal))
            {
                var answer = JsonNode.Parse(line[AnswerMark.Length..], documentOptions: new JsonDocumentOptions { MaxDepth = 256 })!;
                return answer["error"] is { } error ? throw new InvalidOperationException($"ADK JS answers {call}: {error}") : answer["result"];
            }
        }

        throw new InvalidOperationException($"ADK JS ended at {call}: {await _complaints}");
    }

    private static bool NodeRuns()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;   // There is no such program.
        }
    }
}
