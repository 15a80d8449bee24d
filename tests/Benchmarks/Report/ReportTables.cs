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
        PrintThroughput(console, results);
        PrintProcessorTime(console, results);
        PrintTargets(console, results);
    }

    private static void PrintThroughput(IAnsiConsole console, DatabaseResults results)
    {
        var others = results.Subjects.Skip(1).ToArray();
        var table = NewTable(
            $"{results.Version}: operations a second, milliseconds, and how many times as fast as others",
            ["a second", "slowest..fastest", "p50", "p95", "p99", .. others.SelectMany(other => (string[])[other, "times"])]);
        foreach (var asked in results.Cases)
        {
            var own = results.Of(asked.Name, results.Subjects[0]);
            table.AddRow(
            [
                asked.Name, .. Cells(own, results.FailureOf(asked.Name, results.Subjects[0])),
                .. others.SelectMany(other => Beside(own, results.Of(asked.Name, other), results.FailureOf(asked.Name, other))),
            ]);
        }

        console.Write(table);
    }

    private static void PrintProcessorTime(IAnsiConsole console, DatabaseResults results)
    {
        var table = NewTable(
            $"{results.Version}: microseconds of processor time an operation, as client + service or peer + database",
            results.Subjects);
        foreach (var asked in results.Cases)
        {
            table.AddRow([asked.Name, .. results.Subjects.Select(subject => Cpu(results.Of(asked.Name, subject)))]);
        }

        console.Write(table);
    }

    private static Table NewTable(string title, IEnumerable<string> headings)
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(title)), Border = TableBorder.Rounded };
        table.AddColumn("Case");
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).RightAligned());
        }

        return table;
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
        ? [Markup.Escape(failure ?? "-"), "", "", "", ""]
        :
        [
            $"[bold]{Rate(summary.Median.PerSecond)}[/]", $"{Rate(summary.Slowest)}..{Rate(summary.Fastest)}",
            Number(summary.Median.P50, 2), Number(summary.Median.P95, 2), Number(summary.Median.P99, 2),
        ];

    private static string[] Beside(Summary? own, Summary? other, string? failure) => other is null
        ? [Markup.Escape(failure is null ? "" : $"failed: {failure}"), ""]
        : [Rate(other.Median.PerSecond), own is null ? "" : Number(own.Median.PerSecond / other.Median.PerSecond, 2)];

    // Those that are processes of their own, and their sum.
    private static string Cpu(Summary? summary)
    {
        if (summary is null)
        {
            return "";
        }

        var time = summary.ProcessorTime;
        TimeSpan[] parts = [.. new[] { time.Client, time.Subject, time.Database }.Where(part => part > TimeSpan.Zero)];
        var all = Number(parts.Sum(part => part.TotalMicroseconds), 0);
        return parts.Length == 1 ? all : $"{string.Join(" + ", parts.Select(part => Number(part.TotalMicroseconds, 0)))} = [bold]{all}[/]";
    }

    private static string Rate(double value) => Number(value, value < 10 ? 1 : 0);

    // 12 345.6: a thin grouping that no locale reads as a decimal point.
    private static string Number(double value, int decimals) =>
        value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace(',', ' ');
}
