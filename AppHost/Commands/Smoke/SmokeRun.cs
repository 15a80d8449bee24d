using System.Diagnostics;
using Runtime.AppHost.Resources;

namespace Runtime.AppHost.Commands.Smoke;

/// <summary>One run of the suites, from the build to the reports.</summary>
internal sealed class SmokeRun(SmokeProgram program, string stateDirectory, TextWriter output)
{
    private const string StepSummary = "GITHUB_STEP_SUMMARY";

    // How long it may be quiet before it says what it waits for.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly List<SmokeResult> _results = [];
    private readonly Stopwatch _sinceWord = Stopwatch.StartNew();

    /// <summary>Returns the keys that names stand for, whatever their case and punctuation; none when there is no name.</summary>
    /// <exception cref="SettingException">No suite proves an integration of a name.</exception>
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> keys, IReadOnlyCollection<string> names)
    {
        var unknown = names.FirstOrDefault(name => !keys.Any(key => Letters(key) == Letters(name)));
        return unknown is not null
            ? throw new SettingException($"No suite proves '{unknown}'.", "--only", $"use one of {string.Join(", ", keys)}")
            : [.. keys.Where(key => names.Any(name => Letters(key) == Letters(name)))];

        static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
    }

    /// <summary>Runs suites and returns the exit code.</summary>
    /// <param name="names">Integrations to prove; all when empty.</param>
    /// <param name="live">Whether live variants run too.</param>
    /// <param name="build">Whether the suites are built first.</param>
    /// <param name="reports">Folder for the reports.</param>
    /// <param name="limit">How long the run may take.</param>
    /// <param name="cancellationToken">Ends the run; what it created is removed first.</param>
    public async Task<int> ExecuteAsync(
        IReadOnlyCollection<string> names, bool live, bool build, string reports, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (began, clock) = (DateTimeOffset.UtcNow, Stopwatch.StartNew());
        if (build)
        {
            Say("Building tests/Smoke.");
            await program.BuildAsync(cancellationToken);
        }

        var keys = Choose(await program.KeysAsync(cancellationToken), names);
        var running = StateDirectory.IsInUse(stateDirectory) && File.Exists(StackRecord.FileIn(stateDirectory));
        Say(running ? $"Against the stack that runs on {stateDirectory}." : $"No stack runs on {stateDirectory}; one is started for this run and removed after it.");

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        end.CancelAfter(limit);
        var messages = new SmokeMessages(result => Take(result, end.Token));
        await using (var folder = SmokeFolder.Create())
        await using (new Timer(_ => Remind(messages), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)))
        {
            Dictionary<string, string?> environment = new(folder.Variables)
            {
                ["RUNTIME_SMOKE_LIFELINE"] = folder.FullPath,
                ["RUNTIME_SMOKE_STACK"] = running ? stateDirectory : null,
            };
            if (live)
            {
                environment["RUNTIME_SMOKE_LIVE"] = "true";
            }

            await program.RunAsync(keys, environment, messages.Read, end.Token);
        }

        SmokeTable.Write(_results, output, isTerminal: ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);
        await output.WriteLineAsync();
        var trouble = TroubleOf(messages, end, limit, cancellationToken);
        if (trouble is not null)
        {
            await output.WriteLineAsync(trouble);
        }

        await SmokeReports.WriteAsync(reports, _results, began, clock.Elapsed);
        await AppendToStepSummaryAsync(Path.Combine(reports, SmokeReports.MarkdownFile));
        await output.WriteLineAsync($"Reports: {Path.Combine(reports, SmokeReports.XmlFile)}, {Path.Combine(reports, SmokeReports.MarkdownFile)}");
        await output.WriteLineAsync(SmokeTable.Summary(_results, clock.Elapsed));
        return trouble is null && _results.All(result => result.Outcome is not SmokeOutcome.Failed) ? 0 : SmokeCommand.DoesNotWork;
    }

    /// <summary>A step of a workflow shows on its page what is in the file that this variable names.</summary>
    private static async Task AppendToStepSummaryAsync(string page)
    {
        if (Environment.GetEnvironmentVariable(StepSummary) is { Length: > 0 } summary)
        {
            await File.AppendAllTextAsync(summary, await File.ReadAllTextAsync(page) + "\n");
        }
    }

    private string? TroubleOf(SmokeMessages messages, CancellationTokenSource end, TimeSpan limit, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? "The run was ended before all tests had run."
        : end.IsCancellationRequested ? $"The run did not end in {limit.TotalSeconds:0} s. Fix: dotnet run --project AppHost -- smoke --timeout {limit.TotalSeconds * 2:0}"
        : !messages.IsComplete ? $"The suites ended too early, while these ran: {string.Join("; ", messages.Running)}.\n{string.Join('\n', messages.Other.TakeLast(20))}".TrimEnd()
        : _results.Count == 0 ? "Nothing ran: these suites run live only. Fix: dotnet run --project AppHost -- smoke --live"
        : null;

    private void Take(SmokeResult result, CancellationToken end)
    {
        if (result.Outcome is SmokeOutcome.Failed && end.IsCancellationRequested)
        {
            // It was ended under its feet, and says nothing of what it proves.
            result = result with { Outcome = SmokeOutcome.Skipped, Message = "The run was ended during this test.", Details = "" };
        }

        _results.Add(result);
        Say(SmokeTable.Line(result));
        if (result.Outcome is not SmokeOutcome.Passed)
        {
            Say($"         {result.Reason}");
        }
    }

    private void Remind(SmokeMessages messages)
    {
        bool isQuiet;
        lock (_sinceWord)
        {
            isQuiet = _sinceWord.Elapsed >= Quiet;
        }

        if (isQuiet && messages.Running is { Count: > 0 } running)
        {
            Say($"running  {string.Join("; ", running)}");
        }
    }

    private void Say(string line)
    {
        lock (_sinceWord)
        {
            output.WriteLine(line);
            _sinceWord.Restart();
        }
    }
}
