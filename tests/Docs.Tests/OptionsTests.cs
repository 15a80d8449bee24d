using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Runtime.Bootstrap.Catalogue;
using Runtime.GoogleCloud.Connection;
using Runtime.Testing;

namespace Runtime.Docs.Tests;

/// <summary>docs/settings.md says what the options classes say.</summary>
public sealed class OptionsTests
{
    private const string None = "none";

    [Fact]
    public void Every_option_is_a_row_with_its_default_and_range_and_no_row_names_another()
    {
        var options = ServiceAssemblies().SelectMany(assembly => assembly.GetTypes()).Where(IsOptions).SelectMany(Rows).ToArray();
        var rows = MarkdownPage.Settings.RowsOf("Section", "Key", "Default", "Range").Select(cells => string.Join(" | ", cells[..4])).ToArray();

        Assert.NotEmpty(options);
        var (missing, unknown) = (options.Except(rows).ToArray(), rows.Except(options).ToArray());
        Assert.True(missing.Length == 0, $"docs/settings.md lacks:\n{string.Join('\n', missing)}");
        Assert.True(unknown.Length == 0, $"docs/settings.md names, with no such option:\n{string.Join('\n', unknown)}");

        static bool IsOptions(Type type) => type.Name.EndsWith("Options", StringComparison.Ordinal) && Section(type) is not null;
    }

    [Fact]
    public void Every_variable_that_decides_how_Google_is_reached_is_a_row()
    {
        var asked = new AskedSettings();
        _ = GoogleCloudOptions.From(asked);

        Assert.Empty(asked.Names.Where(name => !name.StartsWith($"{GoogleVariables.Section}:", StringComparison.Ordinal)).Except(DocumentedVariables()));
    }

    [Fact]
    public void Every_variable_of_an_integration_is_a_row() => Assert.Empty(
        IntegrationCatalogue.BuiltIn.Settings.SelectMany(setting => setting.Names).Where(name => !name.Contains(':', StringComparison.Ordinal)).Except(DocumentedVariables()));

    /// <summary>The variables that the page names in the first cell of a row.</summary>
    internal static HashSet<string> DocumentedVariables() =>
        [.. MarkdownPage.Settings.RowsOf("Variable").SelectMany(cells => cells[0].Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))];

    private static IEnumerable<Assembly> ServiceAssemblies() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "Services"), "*.csproj", SearchOption.AllDirectories)
            .Select(project => Assembly.Load(Path.GetFileNameWithoutExtension(project)));

    private static string? Section(Type type) =>
        type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetRawConstantValue() as string;

    private static IEnumerable<string> Rows(Type type)
    {
        var fresh = Activator.CreateInstance(type);
        return from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
               where property.SetMethod is { IsPublic: true } || IsList(property)
               select $"{Section(type)} | {property.Name} | {Text(property.GetValue(fresh))} | {RangeOf(property)}";
    }

    // Bound by adding to it, so it needs no setter.
    private static bool IsList(PropertyInfo property) =>
        property.PropertyType != typeof(string) && property.PropertyType.IsAssignableTo(typeof(IEnumerable));

    private static string Text(object? value) => value switch
    {
        null or "" => None,
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object>().Select(Text)) is { Length: > 0 } items ? items : None,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string RangeOf(PropertyInfo property) => property switch
    {
        _ when property.GetCustomAttribute<RangeAttribute>() is { } range => $"{Text(range.Minimum)} to {Text(range.Maximum)}",
        { PropertyType.IsEnum: true } => string.Join(", ", Enum.GetNames(property.PropertyType)),
        _ when property.PropertyType == typeof(bool) => "true, false",
        _ => "any",
    };

    /// <summary>A configuration with nothing in it that remembers what it was asked for.</summary>
    private sealed class AskedSettings : IConfiguration
    {
        public HashSet<string> Names { get; } = [];

        public string? this[string key]
        {
            get
            {
                Names.Add(key);
                return null;
            }
            set => throw new NotSupportedException();
        }

        public IConfigurationSection GetSection(string key) => new ConfigurationBuilder().Build().GetSection(key);

        public IEnumerable<IConfigurationSection> GetChildren() => throw new NotSupportedException();

        public IChangeToken GetReloadToken() => throw new NotSupportedException();
    }
}
