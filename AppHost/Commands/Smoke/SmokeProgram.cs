using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Runtime.AppHost.Commands.Smoke;

/// <summary>The program with the suites, <c>tests/Smoke</c>: built, asked what it has, and run as a child.</summary>
/// <param name="repository">Root of the checkout.</param>
internal sealed class SmokeProgram(string repository)
{
    // As long as the removal of what a test created may take, and the stop of a stack.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(60);

    private readonly string _project = Path.Combine(repository, "tests", "Smoke", "Smoke.csproj");

    /// <summary>Gets the configuration that this program was built in, spelt as then: in another spelling everything would be compiled again.</summary>
    private static string Configuration => typeof(SmokeProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } own ? own : "Debug";

    private string Assembly => Path.Combine(repository, "artifacts", "bin", "Smoke", Configuration.ToLowerInvariant(), "Smoke.dll");

    /// <summary>Builds the suites.</summary>
    /// <exception cref="SmokeException">They are not here, or do not build.</exception>
    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_project))
        {
            throw new SmokeException($"The suites are built from their sources, and '{_project}' is not there. Fix: run smoke in a checkout of the repository");
        }

        List<string> lines = [];
        var code = await StartAsync(
            ["build", _project, "-nologo", "-verbosity:quiet", "-consoleLoggerParameters:NoSummary", $"-property:Configuration={Configuration}"],
            new Dictionary<string, string?>(), lines.Add, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (code != 0)
        {
            var errors = lines.Where(line => line.Contains("error", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Take(5);
            throw new SmokeException($"The suites do not build:\n{string.Join('\n', errors)}\nFix: dotnet build tests/Smoke");
        }
    }

    /// <summary>Returns the keys of the integrations that have suites.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var code = await StartAsync([Assembly, "-list", "traits/json", "-noColor"], new Dictionary<string, string?>(), line => output.AppendLine(line), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return code == 0
            ? [.. JsonDocument.Parse(output.ToString().Split('\n').First(line => line.StartsWith('{'))).RootElement.GetProperty("integration").EnumerateArray().Select(key => key.GetString()!).Order(StringComparer.Ordinal)]
            : throw new SmokeException($"The suites do not start:\n{output}Fix: dotnet build tests/Smoke");
    }

    /// <summary>Runs suites.</summary>
    /// <param name="keys">Those of these integrations; all when empty.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="read">Is given each line that the suites report.</param>
    /// <param name="cancellationToken">Ends the run; what it created is removed first.</param>
    public Task<int> RunAsync(IEnumerable<string> keys, IReadOnlyDictionary<string, string?> environment, Action<string> read, CancellationToken cancellationToken) => StartAsync(
        [Assembly, "-reporter", "json", "-noColor", "-noAutoReporters", .. keys.DefaultIfEmpty("*").SelectMany(key => new[] { "-trait", $"integration={key}" })],
        environment, read, cancellationToken);

    private async Task<int> StartAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment, Action<string> read, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = repository,
        };
        // What "dotnet run" leaves in the environment sends a second MSBuild to the wrong place.
        foreach (var name in new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var gate = new Lock();
        DataReceivedEventHandler handler = (_, line) =>
        {
            if (line.Data is { } text)
            {
                lock (gate)
                {
                    read(text);
                }
            }
        };
        process.OutputDataReceived += handler;
        process.ErrorDataReceived += handler;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // The open pipe says that the run is wanted; the system closes it also when this process is killed.
        await using var wanted = cancellationToken.Register(process.StandardInput.Close);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
        }

        return process.ExitCode;
    }

    private static async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(TimeToEnd);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}

/// <summary>The suites cannot run here; the message ends in the step that helps.</summary>
internal sealed class SmokeException(string message) : Exception(message);
