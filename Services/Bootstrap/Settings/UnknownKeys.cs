using Microsoft.Extensions.Configuration;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Settings;

/// <summary>Refuses a misspelt key: it would otherwise look like a setting that has no effect.</summary>
internal static class UnknownKeys
{
    public static void Refuse(IConfiguration configuration, IEnumerable<Setting> settings)
    {
        var known = settings.Select(setting => setting.Names[0])
            .Where(name => name.StartsWith($"{GoogleVariables.Section}:", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        foreach (var path in Leaves(configuration.GetSection(GoogleVariables.Section)))
        {
            if (!known.Any(name => Matches(path, name)))
            {
                var nearest = known.MinBy(name => Distance(path.ToUpperInvariant(), name.ToUpperInvariant()))!;
                throw new SettingException($"'{path}' is no setting.", path, $"write {nearest} (variable {Setting.VariableOf(nearest)})");
            }
        }
    }

    private static IEnumerable<string> Leaves(IConfigurationSection section)
    {
        var children = section.GetChildren().ToArray();
        return children.Length == 0
            ? section.Value is null ? [] : [section.Path]
            : children.SelectMany(Leaves);
    }

    private static bool Matches(string path, string name) => name.EndsWith(Setting.AnyKey, StringComparison.Ordinal)
        ? path.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase)
        : path.Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>How many letters have to be added, removed or replaced to come from one text to the other.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var letter in from)
        {
            var diagonal = row[0]++;
            for (var i = 1; i <= to.Length; i++)
            {
                var replaced = diagonal + (letter == to[i - 1] ? 0 : 1);
                diagonal = row[i];
                row[i] = Math.Min(replaced, Math.Min(row[i], row[i - 1]) + 1);
            }
        }

        return row[^1];
    }
}
