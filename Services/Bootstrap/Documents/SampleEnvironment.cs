using System.Text;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;

namespace Runtime.Bootstrap.Documents;

/// <summary>An environment file with every variable of the catalogue: set where a local run uses it, commented where it does not.</summary>
public static class SampleEnvironment
{
    public static string Write(IntegrationCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);

        var text = new StringBuilder()
            .Append("# Environment of Runtime. As it is, a local run needs nothing else:\n")
            .Append("#   set -a; . docs/sample.env; set +a; dotnet run --project AppHost\n")
            .Append("# The AppHost points the services at the emulators and the database that it starts, whatever is set here.\n")
            .Append("# Made by: dotnet run --project AppHost -- doctor --fix-env docs/sample.env\n");
        Add(text, "Google Cloud, for all integrations", SharedSettings.All);
        foreach (var integration in catalogue.All)
        {
            Add(text, integration.Name, integration.Settings.Where(setting => !SharedSettings.All.Contains(setting)));
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, string heading, IEnumerable<Setting> settings)
    {
        text.Append("\n## ").Append(heading).Append('\n');
        foreach (var setting in settings)
        {
            var meaning = setting.Default is null ? setting.Meaning : $"{setting.Meaning}; default: {setting.Default}";
            text.Append("\n# ").Append(char.ToUpperInvariant(meaning[0])).Append(meaning.AsSpan(1)).Append(".\n");
            text.Append(setting.Local is null ? "#" : "").Append(NameOf(setting)).Append('=').Append(Quoted(setting.Local ?? setting.Sample)).Append('\n');
        }
    }

    private static string NameOf(Setting setting) => setting.Variable.Replace(Setting.AnyKey.Replace(":", "__", StringComparison.Ordinal), "__<scheme>", StringComparison.Ordinal);

    // A shell reads the file: an angle bracket or a bar would not be a value.
    private static string Quoted(string value) => value.Any("<>| ;&".Contains) ? $"'{value}'" : value;
}
