using System.Globalization;
using Spectre.Console;

namespace Runtime.AppHost.Commands.Smoke;

/// <summary>A smoke run for people: a line a test while it runs, then a table and the steps.</summary>
internal static class SmokeTable
{
    // A pipe has no width of its own; a file of a log should not be cut to eighty columns.
    private const int WidthOfAPipe = 200;

    /// <summary>Returns the line that tells of one test.</summary>
    public static string Line(SmokeResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{Word(result.Outcome),-7}  {result.Suite}: {result.Test} [{result.Mode}]  {result.Time.TotalSeconds:0.0} s");

    /// <summary>Returns the sentence that a run ends with.</summary>
    public static string Summary(IReadOnlyCollection<SmokeResult> results, TimeSpan time)
    {
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(SmokeOutcome.Passed)} passed, {Count(SmokeOutcome.Failed)} failed, {Count(SmokeOutcome.Skipped)} skipped in {time.TotalSeconds:0.0} s.");

        int Count(SmokeOutcome outcome) => results.Count(result => result.Outcome == outcome);
    }

    public static void Write(IReadOnlyCollection<SmokeResult> results, TextWriter output, bool isTerminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthOfAPipe;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("Suite", "Test", "Mode", "Outcome");
        table.AddColumn(new TableColumn("Time").RightAligned());
        foreach (var result in Ordered(results))
        {
            table.AddRow(
                new Text(result.Suite), new Text(result.Test), new Text(result.Mode), new Text(Word(result.Outcome), StyleOf(result.Outcome)),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{result.Time.TotalSeconds:0.0} s")));
        }

        console.Write(table);
        // Outside the table, so that a step can be copied whole.
        foreach (var result in Ordered(results).Where(result => result.Outcome is not SmokeOutcome.Passed).DistinctBy(result => result.Message))
        {
            output.WriteLine($"{result.Suite} [{result.Mode}] {Word(result.Outcome)}: {result.Reason}");
            if (result.Fix is { } fix)
            {
                output.WriteLine($"  Fix: {fix}");
            }
        }
    }

    /// <summary>Returns tests in the order of reports: suite by suite.</summary>
    public static IEnumerable<SmokeResult> Ordered(IEnumerable<SmokeResult> results) => results
        .OrderBy(result => result.Suite, StringComparer.Ordinal).ThenBy(result => result.Test, StringComparer.Ordinal).ThenBy(result => result.Mode, StringComparer.Ordinal);

    /// <summary>Returns the word for an outcome.</summary>
    public static string Word(SmokeOutcome outcome) => outcome switch
    {
        SmokeOutcome.Passed => "passed",
        SmokeOutcome.Skipped => "skipped",
        _ => "FAILED",
    };

    private static Style StyleOf(SmokeOutcome outcome) => new(outcome switch
    {
        SmokeOutcome.Passed => Color.Green,
        SmokeOutcome.Skipped => Color.Yellow,
        _ => Color.Red,
    });
}
