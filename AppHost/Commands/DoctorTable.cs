using System.Globalization;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Spectre.Console;

namespace Runtime.AppHost.Commands;

/// <summary>A report for people: one row an integration, then the steps.</summary>
internal static class DoctorTable
{
    // A pipe has no width of its own; a file of a log should not be cut to eighty columns.
    private const int WidthOfAPipe = 200;

    public static void Write(Report report, TextWriter output, bool isTerminal)
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

        var table = new Table().Border(TableBorder.Simple).AddColumns("Integration", "State", "Project", "Principal", "Credentials from");
        table.AddColumn(new TableColumn("Probe").RightAligned());
        foreach (var finding in report.Findings)
        {
            table.AddRow(
                new Text(finding.Integration.Name), new Text(StateNames.Of(finding.State), StyleOf(finding)), new Text(finding.Project ?? "-"),
                new Text(finding.Principal ?? "-"), new Text(finding.CredentialsSource ?? "-"),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{finding.Latency.TotalMilliseconds:0} ms")));
        }

        console.Write(table);
        foreach (var line in report.Findings.SelectMany(FactsOf).Distinct(StringComparer.Ordinal))
        {
            output.WriteLine(line);
        }

        foreach (var finding in report.Findings.Where(finding => finding.Note is not null))
        {
            output.WriteLine($"{finding.Integration.Name}: {finding.Note}");
        }

        // Outside the table, so that a step can be copied whole.
        foreach (var finding in report.Findings.Where(finding => finding.Fix is not null))
        {
            output.WriteLine($"{finding.Integration.Name}: {finding.Code}: {finding.Missing}");
            output.WriteLine($"  Fix: {finding.Fix}");
        }

        output.WriteLine();
        output.WriteLine(report.Works ? "Everything that is configured works." : $"Does not work: {string.Join(", ", report.Findings.Where(finding => !finding.IsAcceptable).Select(finding => finding.Integration.Name))}.");
    }

    /// <summary>What integrations share, said once: the project and the login. Never the token.</summary>
    private static IEnumerable<string> FactsOf(Finding finding)
    {
        if (finding is { Project: { } project, ProjectSource: { } source })
        {
            yield return $"Project {project}: {source}";
        }

        if (finding.Token is not { } token)
        {
            yield break;
        }

        var facts = new List<string> { finding.CredentialsSource! };
        if (finding.QuotaProject is { } quota)
        {
            facts.Add($"quota on {quota}");
        }

        if (token.Scopes.Count > 0)
        {
            facts.Add($"scopes {string.Join(' ', token.Scopes)}");
        }

        if (token.Expires is { } expires)
        {
            facts.Add(string.Create(CultureInfo.InvariantCulture, $"token until {expires.UtcDateTime:u}"));
        }

        yield return $"Login {finding.Principal ?? "of an unknown account"}: {string.Join("; ", facts)}";
    }

    private static Style StyleOf(Finding finding) => finding.State switch
    {
        IntegrationState.Ready or IntegrationState.Emulator => new Style(Color.Green),
        _ when finding.IsAcceptable => new Style(Color.Grey),
        _ => new Style(Color.Red),
    };
}
