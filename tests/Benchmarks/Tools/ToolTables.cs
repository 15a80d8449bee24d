using System.Globalization;
using Runtime.Benchmarks.Bare;
using Spectre.Console;

namespace Runtime.Benchmarks.Tools;

/// <summary>Shows what was measured: a row per subject and number of callers, and the targets with a verdict each.</summary>
internal static class ToolTables
{
    private const string Floor = "raw Npgsql";

    public static void Print(IAnsiConsole console, IEnumerable<ToolStart> starts, List<ToolResults> all)
    {
        var table = new Table().Title("one row by its key").AddColumns("callers", "subject");
        foreach (var column in new[] { "calls/s", "slowest to fastest", "p50 ms", "p99 ms", "client µs", "server µs", "database µs", "÷ raw Npgsql" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var results in all)
        {
            foreach (var (name, summary) in results.Subjects)
            {
                table.AddRow(
                    $"{results.Callers}", name, Whole(summary.Median.PerSecond), $"{Whole(summary.Slowest)} to {Whole(summary.Fastest)}",
                    Number(summary.Median.P50), Number(summary.Median.P99), Micros(summary.ProcessorTime.Client), Micros(summary.ProcessorTime.Subject),
                    Micros(summary.ProcessorTime.Database), Number(summary.Median.PerSecond / results.Subjects[Floor].Median.PerSecond));
            }
        }

        console.Write(table);

        var started = new Table().Title("start and memory").AddColumns("server", "start to first call", "memory then", "memory after the load");
        foreach (var start in starts)
        {
            started.AddRow(start.Name, $"{Number(start.FirstCall.TotalSeconds)} s", $"{Whole(start.IdleMiB)} MiB", $"{Whole(start.MiBNow())} MiB");
        }

        console.Write(started);
        PrintTargets(console, all);
    }

    private static void PrintTargets(IAnsiConsole console, List<ToolResults> all)
    {
        var targets = new Table().Title("targets").AddColumns("target", "measured", "verdict");
        foreach (var results in all)
        {
            Judge(results, "gateway, gRPC", Floor, 1 / 1.25);
            Judge(results, "gateway, gRPC", BareService.Name, 1 / 1.25);
            if (results.Callers > 1)
            {
                Judge(results, "gateway, MCP", "Toolbox, MCP", 1.5);
                Judge(results, "gateway, Toolbox HTTP", "Toolbox, Toolbox HTTP", 1.5);
            }
        }

        console.Write(targets);

        void Judge(ToolResults results, string subject, string other, double atLeast)
        {
            if (!results.Subjects.TryGetValue(other, out var below))
            {
                return;
            }

            var measured = results.Subjects[subject].Median;
            var ratio = measured.PerSecond / below.Median.PerSecond;
            targets.AddRow(
                string.Create(CultureInfo.InvariantCulture, $"{results.Callers} callers: {subject} ÷ {other} at least {atLeast:0.##}"), Number(ratio), ratio >= atLeast ? "met" : "missed");
            if (other is not (Floor or BareService.Name))
            {
                targets.AddRow(
                    $"{results.Callers} callers: p99 of {subject} below {other}", $"{Number(measured.P99)} ms, {Number(below.Median.P99)} ms",
                    measured.P99 < below.Median.P99 ? "met" : "missed");
            }
        }
    }

    private static string Whole(double number) => number.ToString("# ##0", CultureInfo.InvariantCulture).Trim();

    private static string Number(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Micros(TimeSpan time) => time.TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture);
}
