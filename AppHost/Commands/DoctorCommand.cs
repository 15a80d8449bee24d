using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.AppHost.Resources;
using Runtime.Bootstrap;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Documents;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Readiness;

namespace Runtime.AppHost.Commands;

/// <summary>Asks everything behind the services whether it works: <c>doctor</c>.</summary>
/// <remarks>Asked with the environment of this process and, while a stack runs, with what that gave its services.</remarks>
internal static class DoctorCommand
{
    public const string Name = "doctor";

    /// <summary>Something that is configured does not work.</summary>
    public const int DoesNotWork = 1;

    /// <summary>The command line or a setting is wrong, so that nothing was asked.</summary>
    public const int WrongUsage = 2;

    /// <summary>Runs the command and returns the exit code of the program.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var json = new Option<bool>("--json") { Description = "print the report as JSON, as the gateway answers it at /doctor" };
        var only = new Option<string[]>("--only") { Description = "an integration to ask; may be given several times", HelpName = "NAME" };
        var timeout = new Option<double>("--timeout")
        {
            Description = "seconds that each probe may take, 0.1 to 600",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => Doctor.DefaultTimeout.TotalSeconds,
        };
        var sample = new Option<FileInfo?>("--fix-env") { Description = "write an environment file with every variable, commented, instead of asking", HelpName = "FILE" };
        var runbook = new Option<FileInfo?>("--runbook") { Description = "renew the tables of the runbook, instead of asking", HelpName = "FILE" };
        var state = new Option<string?>($"--{StateDirectory.Setting}") { Description = "folder of the running stack", HelpName = "FOLDER" };
        var command = new RootCommand(
            "Asks everything behind the services whether it works, and says of what does not the one step that helps.\n"
            + "Exit code: 0 all that is configured works, 1 something does not, 2 the command line or a setting is wrong.")
        {
            json, only, timeout, sample, runbook, state,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(sample) is { } sampleFile)
            {
                await File.WriteAllTextAsync(sampleFile.FullName, SampleEnvironment.Write(IntegrationCatalogue.BuiltIn), cancellationToken);
                return 0;
            }

            if (parsed.GetValue(runbook) is { } page)
            {
                var text = await File.ReadAllTextAsync(page.FullName, cancellationToken);
                await File.WriteAllTextAsync(page.FullName, RunbookSections.Update(text, IntegrationCatalogue.BuiltIn), cancellationToken);
                return 0;
            }

            var limit = parsed.GetValue(timeout);
            if (limit is not (>= 0.1 and <= 600))
            {
                throw new SettingException($"'{limit}' is no time to wait.", "--timeout", "use seconds from 0.1 to 600");
            }

            await using var services = Services(Configuration(parsed.GetValue(state)));
            var report = await services.GetRequiredService<Doctor>().ExamineAsync(parsed.GetValue(only) ?? [], TimeSpan.FromSeconds(limit), cancellationToken);
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(Answers.Json(report));
            }
            else
            {
                DoctorTable.Write(report, output, isTerminal: ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);
            }

            return report.Works ? 0 : DoesNotWork;
        });

        var parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await error.WriteLineAsync($"{parsed.Errors[0].Message} Fix: dotnet run --project AppHost -- doctor --help");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception problem) when (problem is SettingException or ServiceDefaults.Errors.SettingException or ServiceDefaults.Errors.ServiceException
            or IOException or UnauthorizedAccessException or ArgumentException)
        {
            await error.WriteLineAsync(problem.Message);
            return WrongUsage;
        }
    }

    private static IConfigurationRoot Configuration(string? stateDirectory)
    {
        var settings = CommandConfiguration.Read(stateDirectory);
        return settings.Builder.Add(new StackEnvironment(settings.StateDirectory)).Build();
    }

    private static ServiceProvider Services(IConfiguration configuration)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(configuration);
        services.AddBootstrap();
        return services.BuildServiceProvider();
    }
}
