using System.CommandLine;

namespace Runtime.SessionService.Commands;

/// <summary>What the program does besides running the service.</summary>
internal static class ServiceCommands
{
    /// <summary>The exit code when the command line itself is wrong.</summary>
    public const int WrongUsage = 2;

    // What was written goes on in the next run, so a command that is asked to stop only needs the time of one transaction.
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);

    /// <summary>Whether the arguments name a command, or ask for help. Settings, <c>--A:B=c</c>, are the service's.</summary>
    public static bool AreMeant(string[] args) =>
        args is [var first, ..] && (first is "--help" or "-h" or "-?" || (!first.StartsWith('-') && !first.Contains('=', StringComparison.Ordinal)));

    /// <summary>Runs the command and returns the exit code of the program.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Keeps sessions, events, state and memory of agents. Without a command, the service runs.")
        {
            MigrateCommand.Create(output, error),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            var mistake = parsed.CommandResult.Command == root ? $"There is no command '{args[0]}'." : parsed.Errors[0].Message;
            await error.WriteLineAsync($"{mistake} Fix: dotnet run --project Services/SessionService -- --help");
            return WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = StopGrace, EnableDefaultExceptionHandler = false });
    }
}
