using Runtime.AppHost.Commands;
using Runtime.AppHost.Commands.Smoke;

namespace Runtime.AppHost.Resources;

/// <summary>What the command line asks for besides running the stack.</summary>
internal static class CommandLine
{
    private const string Usage = """
        Runs the stack: PostgreSQL, Google's emulators, the session service and the tool gateway. Ctrl+C stops it.

          dotnet run --project AppHost [-- OPTIONS]

          --Backing:<Product> MODE            who supplies Postgres, PubSub, Spanner or Bigtable:
                                              auto (default), container, process, live or none
          --Ports:<resource>:<endpoint> PORT  a fixed port instead of a free one,
                                              for example --Ports:session-service:grpc 5100
          --StateDirectory FOLDER             where data is kept; default .runtime
          --publisher manifest --output-path FILE
                                              writes the graph down for deployment tools, and ends
          --help                              shows this

          dotnet run --project AppHost -- doctor [--json] [--only NAME] [--timeout SECONDS] [--fix-env FILE]

          asks everything behind the services whether it works, and ends; doctor --help has more

          dotnet run --project AppHost -- smoke [--live] [--only KEY] [--report FOLDER] [--timeout SECONDS]

          proves the integrations over the services' own APIs, and ends; smoke --help has more

        Every option is also a setting in AppHost/appsettings.json and a variable (Backing__Spanner=none).
        docs/settings.md has them all.
        """;

    /// <summary>Answers what needs no stack, and returns the exit code; <see langword="null"/> when the stack is to run.</summary>
    public static async Task<int?> AnswerAsync(string[] args)
    {
        if (args is [DoctorCommand.Name, .. var rest])
        {
            return await DoctorCommand.RunAsync(rest, Console.Out, Console.Error);
        }

        if (args is [SmokeCommand.Name, .. var wanted])
        {
            return await SmokeCommand.RunAsync(wanted, Console.Out, Console.Error);
        }

        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        if (args is [var command, ..] && !command.StartsWith('-') && !command.Contains('='))
        {
            Console.Error.WriteLine($"There is no command '{command}'. Fix: dotnet run --project AppHost -- --help");
            return 1;
        }

        return null;
    }
}
