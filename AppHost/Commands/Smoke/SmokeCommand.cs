using System.CommandLine;
using Runtime.AppHost.Resources;

namespace Runtime.AppHost.Commands.Smoke;

/// <summary>Proves the integrations over the services' own APIs: <c>smoke</c>.</summary>
internal static class SmokeCommand
{
    public const string Name = "smoke";

    /// <summary>A test failed, or the run did not come to its end.</summary>
    public const int DoesNotWork = 1;

    /// <summary>The command line or a setting is wrong, so that nothing ran.</summary>
    public const int WrongUsage = 2;

    /// <summary>Runs the command and returns the exit code of the program.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var live = new Option<bool>("--live") { Description = "also run against the real services, where the environment has what that takes" };
        var only = new Option<string[]>("--only") { Description = "an integration to prove, by the name that doctor takes; may be given several times", HelpName = "KEY" };
        var report = new Option<DirectoryInfo?>("--report") { Description = $"folder for {SmokeReports.XmlFile} (JUnit) and {SmokeReports.MarkdownFile}; default smoke in the state directory", HelpName = "FOLDER" };
        var timeout = new Option<double>("--timeout") { Description = "seconds that the run may take, 1 to 3600", HelpName = "SECONDS", DefaultValueFactory = _ => 900 };
        var built = new Option<bool>("--no-build") { Description = "take the suites as they were last built" };
        var state = new Option<string?>($"--{StateDirectory.Setting}") { Description = "folder of the running stack", HelpName = "FOLDER" };
        var command = new RootCommand(
            "Proves the integrations over the services' own APIs: against the stack that runs on the state directory, else against one that is started for it.\n"
            + "Exit code: 0 everything that ran passed, 1 something failed or the run was ended, 2 the command line or a setting is wrong.")
        {
            live, only, report, timeout, built, state,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var limit = parsed.GetValue(timeout);
            if (limit is not (>= 1 and <= 3600))
            {
                throw new SettingException($"'{limit}' is no time for a run.", "--timeout", "use seconds from 1 to 3600");
            }

            var settings = CommandConfiguration.Read(parsed.GetValue(state));
            var run = new SmokeRun(new(settings.Repository), settings.StateDirectory, output);
            var folder = parsed.GetValue(report)?.FullName ?? Path.Combine(settings.StateDirectory, Name);
            return await run.ExecuteAsync(
                parsed.GetValue(only) ?? [], parsed.GetValue(live), build: !parsed.GetValue(built), folder, TimeSpan.FromSeconds(limit), cancellationToken);
        });

        var parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await error.WriteLineAsync($"{parsed.Errors[0].Message} Fix: dotnet run --project AppHost -- smoke --help");
            return WrongUsage;
        }

        try
        {
            // Without a limit: what the run created is removed before it ends.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromMinutes(2),
            });
        }
        catch (Exception problem) when (problem is SettingException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(problem.Message);
            return WrongUsage;
        }
        catch (SmokeException problem)
        {
            await error.WriteLineAsync(problem.Message);
            return DoesNotWork;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("The run was ended before it began.");
            return DoesNotWork;
        }
    }
}
