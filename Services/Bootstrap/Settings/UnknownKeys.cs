using Microsoft.Extensions.Configuration;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.ServiceDefaults.Settings;

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
                var nearest = known.MinBy(name => EditDistance.Between(path, name))!;
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
}
