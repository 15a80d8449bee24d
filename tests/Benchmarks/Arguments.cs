using System.Globalization;
using Runtime.Benchmarks.Bare;
using Runtime.Benchmarks.Sessions;
using Runtime.Benchmarks.Sessions.Databases;
using Runtime.Benchmarks.Sessions.Vertex;

namespace Runtime.Benchmarks;

/// <summary>What the command line asks for: <see cref="RunSessions"/>, <see cref="RunTools"/>, <see cref="RunMicro"/>, <see cref="RunBareService"/>, <see cref="ShowHelp"/> or <see cref="Misunderstood"/>.</summary>
internal abstract record Command;

internal sealed record ShowHelp : Command;

internal sealed record Misunderstood(string Message) : Command;

/// <summary>Run BenchmarkDotNet on the pure code.</summary>
internal sealed record RunMicro(IReadOnlyList<string> Forwarded) : Command;

/// <summary>Be the service that the benchmarks start for comparison.</summary>
internal sealed record RunBareService : Command;

/// <summary>Load the session service.</summary>
internal sealed record RunSessions : Command
{
    /// <summary>Gets whether the Vertex AI Sessions API is measured beside the native one, instead of the native one beside floors.</summary>
    public bool Vertex { get; init; }

    /// <summary>Gets the databases; default SQLite and PostgreSQL.</summary>
    public IReadOnlyList<string> Databases { get; init; } = ["sqlite", "postgres"];

    /// <summary>Gets the cases; empty means all.</summary>
    public IReadOnlyList<string> Cases { get; init; } = [];

    /// <summary>Gets how long one measurement takes.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets how often each measurement is made; the middle one counts.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Gets whether ADK JS is measured beside the service.</summary>
    public bool WithPeer { get; init; }

    /// <summary>Gets where to write the numbers as JSON; <see langword="null"/> for nowhere.</summary>
    public string? JsonFile { get; init; }
}

/// <summary>Load the tool gateway.</summary>
internal sealed record RunTools : Command
{
    /// <summary>Gets how many callers there are at once, a measurement for each number.</summary>
    public IReadOnlyList<int> Callers { get; init; } = [1, 16, 64];

    /// <summary>Gets how long one measurement takes.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets how often each measurement is made; the middle one counts.</summary>
    public int Rounds { get; init; } = 3;
}

/// <summary>Reads the command line.</summary>
internal static class Arguments
{
    private const string Peer = "adk-js";

    public static string Usage => $"""
        Measures what a call costs, beside a floor that is measured in the same run.

          dotnet run -c Release --project tests/Benchmarks -- sessions [OPTIONS]
              loads the session service over gRPC, on a database started for it

          --database NAME   one of {string.Join(", ", BenchDatabases.Names)}; repeat it for several; default sqlite and postgres
          --case NAME       one of the cases below; repeat it for several; default all
          --seconds N       how long one measurement takes; default 3
          --rounds N        how often each is made; the middle one counts; default 3
          --peer {Peer}     also measure ADK JS's DatabaseSessionService on the same database server
                            (once before: npm ci --prefix tests/Benchmarks/adk-js)
          --json FILE       also write the numbers as JSON

          dotnet run -c Release --project tests/Benchmarks -- vertex [the same OPTIONS, but no --peer]
              loads the service's Vertex AI Sessions API beside its native API, with the cases whose names begin with vertex-

          dotnet run -c Release --project tests/Benchmarks -- tools [--callers N]... [--seconds N] [--rounds N]
              loads the tool gateway with a one-row tool over gRPC, MCP and Toolbox HTTP, beside Npgsql alone, beside a service that
              does nothing else, and beside MCP Toolbox for Databases (once before: npm ci --prefix tests/toolbox-peer)

          dotnet run -c Release --project tests/Benchmarks -- micro [BenchmarkDotNet's own options, for instance --filter *]
              measures pure code, without any process or database

        Cases:
        {string.Join('\n', SessionCases.All.Concat(VertexCases.All).Select(known => $"  {known.Name,-18} {known.Question}"))}
        """;

    public static Command Parse(string[] args) => args switch
    {
        [] or ["--help" or "-h" or "-?", ..] or [_, "--help" or "-h" or "-?"] => new ShowHelp(),
        ["micro", .. var rest] => new RunMicro(rest),
        ["sessions", .. var rest] => ParseSessions(rest, new()),
        ["vertex", .. var rest] => ParseSessions(rest, new() { Vertex = true }),
        ["tools", .. var rest] => ParseTools(rest),
        [BareService.Word] => new RunBareService(),
        [var other, ..] => new Misunderstood($"There is no benchmark '{other}'. Fix: sessions, vertex, tools, micro or --help."),
    };

    private static Command ParseTools(string[] args)
    {
        var run = new RunTools();
        List<int> callers = [];
        for (var at = 0; at < args.Length; at += 2)
        {
            switch (args[at], at + 1 < args.Length ? args[at + 1] : null)
            {
                case ("--callers", var value) when int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1000:
                    callers.Add(number);
                    break;
                case ("--seconds", var value) when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 600:
                    run = run with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                case ("--rounds", var value) when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds is > 0 and <= 100:
                    run = run with { Rounds = rounds };
                    break;
                case (var option, var value):
                    return new Misunderstood($"'{option} {value}' is not understood. Fix: --help shows the options and their values.");
            }
        }

        return callers is [] ? run : run with { Callers = callers };
    }

    private static Command ParseSessions(string[] args, RunSessions run)
    {
        var known = run.Vertex ? VertexCases.All : SessionCases.All;
        List<string> databases = [];
        List<string> cases = [];
        for (var at = 0; at < args.Length; at += 2)
        {
            if (at + 1 == args.Length)
            {
                return new Misunderstood($"Option '{args[at]}' needs a value. Fix: --help shows the options.");
            }

            var value = args[at + 1];
            switch (args[at])
            {
                case "--database" when BenchDatabases.Names.Contains(value, StringComparer.Ordinal):
                    databases.Add(value);
                    break;
                case "--case" when known.Any(one => one.Name == value):
                    cases.Add(value);
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 600:
                    run = run with { Duration = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds is > 0 and <= 100:
                    run = run with { Rounds = rounds };
                    break;
                case "--peer" when value == Peer && !run.Vertex:
                    run = run with { WithPeer = true };
                    break;
                case "--json":
                    run = run with { JsonFile = value };
                    break;
                default:
                    return new Misunderstood($"'{args[at]} {value}' is not understood. Fix: --help shows the options and their values.");
            }
        }

        run = run with { Databases = databases is [] ? run.Databases : databases, Cases = cases };
        return run;
    }
}
