using System.Globalization;
using Runtime.Benchmarks.Load;
using Runtime.Benchmarks.Sessions;
using Spectre.Console;

namespace Runtime.Benchmarks.Report;

/// <summary>Shows what was measured on a database: a row per case, and the targets with a verdict each.</summary>
internal static class ReportTables
{
    private const int WidthOfAFile = 160;

    public static IAnsiConsole OpenConsole()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthOfAFile;
        }

        return console;
    }

    public static void Print(IAnsiConsole console, DatabaseResults results)
    {
        var (service, others) = (results.Subjects[0], results.Subjects.Skip(1).ToArray());
        var table = new Table { Title = new TableTitle(results.Version), Border = TableBorder.Rounded };
        table.AddColumn("Case");
        foreach (var heading in (string[])["a second", "slowest..fastest", "p50 ms", "p95 ms", "p99 ms", "µs CPU", .. others.SelectMany(other => (string[])[other, "µs CPU", "÷"])])
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).RightAligned());
        }

        foreach (var asked in results.Cases)
        {
            var own = results.Of(asked.Name, service);
            table.AddRow(
            [
                asked.Name, .. Cells(own, results.FailureOf(asked.Name, service)),
                .. others.SelectMany(other => Beside(own, results.Of(asked.Name, other), results.FailureOf(asked.Name, other))),
            ]);
        }

        console.Write(table);
        PrintTargets(console, results);
    }

    private static void PrintTargets(IAnsiConsole console, DatabaseResults results)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("Target", "at least", "measured", "verdict");
        foreach (var target in Target.All.Where(target => target.Database is null || target.Database == results.Database))
        {
            if (results.RatioOf(target) is { } ratio)
            {
                table.AddRow(
                    Markup.Escape(target.Describe()), Number(target.AtLeast, 2), Number(ratio, 2), ratio >= target.AtLeast ? "[green]met[/]" : "[red]missed[/]");
            }
        }

        if (table.Rows.Count > 0)
        {
            console.Write(table);
        }
    }

    private static string[] Cells(Summary? summary, string? failure) => summary is null
        ? [Markup.Escape(failure ?? "-"), "", "", "", "", ""]
        :
        [
            $"[bold]{Rate(summary.Median.PerSecond)}[/]", $"{Rate(summary.Slowest)}..{Rate(summary.Fastest)}",
            Number(summary.Median.P50, 2), Number(summary.Median.P95, 2), Number(summary.Median.P99, 2), Cpu(summary.Median.ProcessorTime),
        ];

    private static string[] Beside(Summary? own, Summary? other, string? failure) => other is null
        ? [Markup.Escape(failure is null ? "" : $"failed: {failure}"), "", ""]
        : [Rate(other.Median.PerSecond), Cpu(other.Median.ProcessorTime), own is null ? "" : Number(own.Median.PerSecond / other.Median.PerSecond, 2)];

    // Client, then service or peer, then database: those that are processes of their own.
    private static string Cpu(ProcessorTime time) => string.Join(
        '+', new[] { time.Client, time.Subject, time.Database }.Where(part => part > TimeSpan.Zero).Select(part => Number(part.TotalMicroseconds, 0)));

    private static string Rate(double value) => Number(value, value < 10 ? 1 : 0);

    // 12 345.6: a thin grouping that no locale reads as a decimal point.
    private static string Number(double value, int decimals) =>
        value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace(',', ' ');
}
