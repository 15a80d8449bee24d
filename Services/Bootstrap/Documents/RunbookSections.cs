using System.Text;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;

namespace Runtime.Bootstrap.Documents;

/// <summary>The tables of the runbook, made from the catalogue.</summary>
/// <remarks>On the page they stand between two comments; what is around them is written by hand and stays.</remarks>
public static class RunbookSections
{
    private const string End = "<!-- end of the generated part -->";
    private const string Login = "login";

    /// <summary>Returns the page with its tables as the catalogue has them.</summary>
    /// <exception cref="ArgumentException">The page lacks the place of a section.</exception>
    public static string Update(string page, IntegrationCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(catalogue);

        page = Replace(page, Login, LoginTables());
        return catalogue.All.Aggregate(page, (text, integration) => Replace(text, integration.Key, Tables(integration)));
    }

    private static string Replace(string page, string key, string tables)
    {
        var begin = $"<!-- generated: {key} -->";
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : page.IndexOf(End, from, StringComparison.Ordinal);
        return to < 0
            ? throw new ArgumentException($"The page has no part between '{begin}' and '{End}'.", nameof(page))
            : $"{page[..from]}{begin}\n{tables}\n{page[to..]}";
    }

    private static string LoginTables() => SettingRows(SharedSettings.All) + "\n" + RemedyRows(GoogleRemedies.Login);

    private static string Tables(Integration integration)
    {
        var text = new StringBuilder("| What | |\n| --- | --- |\n");
        text.Append("| Endpoint | ").Append(Code(integration.Endpoint)).Append(" |\n");
        if (integration.Apis.Count > 0)
        {
            text.Append("| API to enable | ").AppendJoin(", ", integration.Apis.Select(Code)).Append(" |\n");
        }

        if (integration.Roles.Count > 0)
        {
            text.Append("| IAM role, least | ").AppendJoin("; ", integration.Roles.Select(FirstWordAsCode)).Append(" |\n");
        }

        text.Append("| Token | ").Append(integration.Scopes.Count > 0 ? $"[as above](#how-the-token-is-found), scope {string.Join(", ", integration.Scopes.Select(Code))}" : "none of Google's").Append(" |\n");
        if (integration.EmulatorVariable is { } emulator)
        {
            text.Append("| Emulator | ").Append(Code(emulator)).Append(" |\n");
        }

        text.Append("| `doctor` asks | ").Append(integration.Question).Append(" |\n\n");
        return text + SettingRows(integration.Settings) + "\n" + RemedyRows(integration.Remedies);
    }

    private static string SettingRows(IEnumerable<Setting> settings)
    {
        var text = new StringBuilder("| Setting | Also read from | Default | Meaning |\n| --- | --- | --- | --- |\n");
        foreach (var setting in settings)
        {
            text.Append("| `").Append(setting.Names[0]).Append("` | ")
                .Append(setting.Names.Count > 1 ? string.Join(", ", setting.Names.Skip(1).Select(Code)) : "-").Append(" | ")
                .Append(setting.Default ?? "none").Append(" | ").Append(setting.Meaning).Append(" |\n");
        }

        return text.ToString();
    }

    private static string RemedyRows(IEnumerable<Remedy> remedies)
    {
        var text = new StringBuilder("| Error | State | Meaning | Fix |\n| --- | --- | --- | --- |\n");
        foreach (var remedy in remedies)
        {
            text.Append("| `").Append(remedy.Code).Append("` | ").Append(StateNames.Of(remedy.State)).Append(" | ").Append(remedy.Meaning)
                .Append(" | ").Append(IsCommand(remedy.Fix) ? $"`{remedy.Fix}`" : remedy.Fix).Append(" |\n");
        }

        return text.ToString();
    }

    private static bool IsCommand(string fix) => fix.Split(' ')[0] is "export" or "unset" or "gcloud" or "docker" or "toolbox" or "curl" or "pg_isready";

    // "roles/x.y on the project": the role is what people paste.
    private static string FirstWordAsCode(string text) => text.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 ? $"`{text[..at]}`{text[at..]}" : $"`{text}`";

    private static string Code(string text) => text.Contains(' ', StringComparison.Ordinal) ? text.Replace("<", "&lt;", StringComparison.Ordinal) : $"`{text}`";
}
