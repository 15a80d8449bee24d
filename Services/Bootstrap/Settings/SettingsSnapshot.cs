using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Runtime.Bootstrap.Catalogue;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Settings;

/// <summary>Every setting of every integration, as it is when a process starts. Does not change.</summary>
/// <remarks>
/// A value is taken from the settings section <c>Integrations</c>, else from the standard variables, else, for the project, from the
/// credentials file or gcloud's configuration, else from the default. What a call or a tool says itself comes before all of them, and is not in
/// here; no more is what only the metadata server knows, which is asked when it is needed.
/// </remarks>
public sealed class SettingsSnapshot
{
    private readonly IReadOnlyDictionary<Setting, SettingValue> _values;

    private SettingsSnapshot(IReadOnlyDictionary<Setting, SettingValue> values) => _values = values;

    /// <summary>Gets what a setting of the catalogue is.</summary>
    public SettingValue this[Setting setting] => _values[setting];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">The section has a key that no integration knows.</exception>
    public static SettingsSnapshot Read(IConfiguration configuration, IntegrationCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(catalogue);

        var settings = catalogue.Settings.ToArray();
        UnknownKeys.Refuse(configuration, settings);
        var google = GoogleCloudOptions.From(configuration);
        return new(settings.ToDictionary(setting => setting, setting => ValueOf(configuration, setting, google)));
    }

    /// <summary>Returns the value of a setting, the default included.</summary>
    public string? Get(Setting setting) => this[setting].Value;

    /// <summary>Returns what a setting of many keys has, by key.</summary>
    public static IReadOnlyDictionary<string, string> GetMany(IConfiguration configuration, Setting setting)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(setting);

        return configuration.GetSection(setting.Names[0][..^Setting.AnyKey.Length]).GetChildren()
            .Where(item => !string.IsNullOrWhiteSpace(item.Value))
            .ToDictionary(item => item.Key, item => item.Value!.Trim(), StringComparer.Ordinal);
    }

    private static SettingValue ValueOf(IConfiguration configuration, Setting setting, GoogleCloudOptions google)
    {
        foreach (var name in setting.Names)
        {
            // An empty value counts as unset, as in Google's own libraries.
            if (configuration[name] is { } value && !string.IsNullOrWhiteSpace(value))
            {
                return new(setting, value.Trim(), SourceOf(configuration, name) ?? "application", name);
            }
        }

        return setting == SharedSettings.Project && google is { Project: { } project, ProjectSource: { } source }
            ? new(setting, project, source, Name: null)
            : new(setting, setting.Default, setting.Default is null ? "not set" : "default", Name: null);
    }

    /// <summary>Names the place that a value comes from, for a person.</summary>
    private static string? SourceOf(IConfiguration configuration, string name)
    {
        if (configuration is not IConfigurationRoot root)
        {
            return null;
        }

        foreach (var provider in root.Providers.Reverse())
        {
            if (!provider.TryGet(name, out _))
            {
                continue;
            }

            return provider switch
            {
                INamedSource named => named.Name,
                EnvironmentVariablesConfigurationProvider => Setting.VariableOf(name),
                FileConfigurationProvider { Source.Path: { } path } => path,
                CommandLineConfigurationProvider => "command line",
                ChainedConfigurationProvider chained => SourceOf(chained.Configuration, name),
                _ => null,
            };
        }

        return null;
    }
}

/// <summary>A configuration provider that says itself where its values are from.</summary>
public interface INamedSource
{
    /// <summary>Gets the place, for a person.</summary>
    string Name { get; }
}
