using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Reads the parameters of a tool.</summary>
internal static class ParameterReader
{
    // Which types a field is for; a field that is not here is for all.
    private static readonly (string Field, string[] Types)[] Particular =
    [
        ("items", ["array"]), ("valueType", ["map"]), ("escape", ["string"]), ("minValue", ["integer", "float"]), ("maxValue", ["integer", "float"]),
    ];

    private static readonly string[] Types = ["string", "integer", "float", "boolean", "array", "map"];

    /// <summary>Returns the parameters of a list; those that have a problem are left out.</summary>
    public static IReadOnlyList<DeclaredParameter> Read(YamlList? list, Declaration tool, DeclaredScope scope)
    {
        List<DeclaredParameter> parameters = [];
        foreach (var node in list?.Items ?? [])
        {
            if (ReadOne(node, $"Parameter {parameters.Count + 1} of {tool.Owner}", tool, scope, isItem: false) is { } parameter)
            {
                parameters.Add(parameter);
            }
        }

        return parameters;
    }

    /// <summary>Adds a problem for each name that comes twice in the lists of a tool.</summary>
    public static void CheckNames(Declaration tool, params IEnumerable<DeclaredParameter> parameters)
    {
        foreach (var twice in parameters.GroupBy(parameter => parameter.Parameter.Name, StringComparer.Ordinal).SelectMany(named => named.Skip(1)))
        {
            tool.Problems.Add(twice.Place, $"{tool.Owner} has two parameters '{twice.Parameter.Name}'.");
        }
    }

    private static DeclaredParameter? ReadOne(YamlNode node, string owner, Declaration tool, DeclaredScope scope, bool isItem)
    {
        var problems = tool.Problems;
        if (node is not YamlMap map)
        {
            problems.Add(node.Place, $"{owner} is {node.Description}. Allowed: a mapping with name, type and description.");
            return null;
        }

        if (map.Find("name")?.Value is YamlScalar { Text.Length: > 0 } named)
        {
            owner = isItem ? owner : $"Parameter '{named.Text}' of {tool.Owner}";
        }
        else if (!isItem)
        {
            problems.Add(map.Place, $"{owner} has no 'name'. Fix: add it.");
        }

        var before = problems.Count;
        var settings = SettingsBinder.Bind<ParameterSettings>(map, owner, problems);
        if (settings.Type.Length > 0 && !Types.Contains(settings.Type))
        {
            problems.Add(map.Find("type")!.Value.Place, $"{owner} has the unknown type '{settings.Type}'. {Problems.Hint(settings.Type, Types)}");
        }

        foreach (var (field, types) in Particular)
        {
            if (map.Find(field) is { } entry && settings.Type.Length > 0 && !types.Contains(settings.Type))
            {
                problems.Add(entry.Key.Place, $"{owner} is of type {settings.Type}, which has no '{field}'. Fix: leave it out.");
            }
        }

        if (!isItem && settings.Description.Length is 0)
        {
            problems.Add(map.Place, $"{owner} has no 'description'. Fix: add it.");
        }

        foreach (var source in settings.AuthServices)
        {
            scope.CheckAuthService(tool, "parameters", source.Name);
        }

        return problems.Count == before ? Make(map, settings, owner, tool, scope) : null;
    }

    private static DeclaredParameter? Make(YamlMap map, ParameterSettings settings, string owner, Declaration tool, DeclaredScope scope)
    {
        var problems = tool.Problems;
        var kind = Enum.Parse<ParameterKind>(settings.Type, ignoreCase: true);
        DeclaredParameter? items = null;
        if (kind is ParameterKind.Array)
        {
            if (settings.Items is null)
            {
                problems.Add(map.Place, $"{owner} is an array and has no 'items'. Fix: say what its items are, for example {{ type: string }}.");
                return null;
            }

            items = ReadOne(settings.Items, $"The items of {owner}", tool, scope, isItem: true);
            if (items is null)
            {
                return null;
            }
        }

        var parameter = new ToolParameter(settings.Name, kind, settings.Description)
        {
            Required = settings.Required && settings.Default is null or YamlScalar { IsNull: true },
            Items = items?.Parameter,
            Values = settings.ValueType is { } values ? Enum.Parse<ParameterKind>(values, ignoreCase: true) : null,
            Minimum = settings.MinValue,
            Maximum = settings.MaxValue,
            AllowedValues = Patterns(settings.AllowedValues, kind, isAllowed: true),
            ExcludedValues = Patterns(settings.ExcludedValues, kind, isAllowed: false),
            AuthServices = [.. settings.AuthServices.Select(source => new ClaimSource(source.Name, source.Field))],
        };
        if (settings.Default is { } node and not YamlScalar { IsNull: true })
        {
            var value = ToJson(node, kind, parameter.Items?.Kind);
            if (value is null || parameter.Problem(JsonSerializer.SerializeToElement(value), parameter.Name) is not null)
            {
                problems.Add(node.Place, $"The default of {owner} is {node.Description}. Allowed: {parameter.Allowed}.");
                return null;
            }

            parameter = parameter with { Default = value };
        }

        return new(parameter, settings.Escape, items?.Escape, map.Place);
    }

    private static ValuePattern[] Patterns(YamlList? list, ParameterKind kind, bool isAllowed) =>
        [.. (list?.Items ?? []).Select(item => Pattern(ToJson(item, kind, null) ?? ToJson(item, ParameterKind.String, null)!, isAllowed))];

    /// <summary>An allowed text is a whole match, so that <c>red</c> does not admit <c>darkred</c>; an excluded one is found anywhere. What is no pattern counts as it is.</summary>
    private static ValuePattern Pattern(JsonNode value, bool isAllowed)
    {
        if (value.GetValueKind() is not JsonValueKind.String || (isAllowed && Regex.Escape((string)value!) == (string)value!))
        {
            return new(value);
        }

        try
        {
            // Without backtracking no value can make the check slow.
            return new(value, new(isAllowed ? $@"\A(?:{value})\z" : (string)value!, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return new(value);
        }
    }

    /// <summary>Returns a node as the JSON of a type; null where it is none.</summary>
    private static JsonNode? ToJson(YamlNode node, ParameterKind? kind, ParameterKind? items) => (node, kind) switch
    {
        (YamlScalar { IsNull: true }, null) => null,
        (YamlScalar scalar, ParameterKind.String) => scalar.Text,
        (YamlScalar scalar, ParameterKind.Integer) => long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        (YamlScalar scalar, ParameterKind.Float) => ToNumber(scalar.Text),
        (YamlScalar scalar, ParameterKind.Boolean) => bool.TryParse(scalar.Text, out var flag) ? flag : null,
        (YamlScalar { IsPlain: true } scalar, null) => ToJson(node, ParameterKind.Integer, null) ?? ToJson(node, ParameterKind.Boolean, null) ?? ToNumber(scalar.Text) ?? scalar.Text,
        (YamlScalar scalar, null) => scalar.Text,
        (YamlList list, ParameterKind.Array or null) => new JsonArray([.. list.Items.Select(item => ToJson(item, items, null))]),
        (YamlMap map, ParameterKind.Map or null) => new JsonObject(
            map.Entries.DistinctBy(entry => entry.Key.Text).Select(entry => KeyValuePair.Create(entry.Key.Text, ToJson(entry.Value, null, null)))),
        _ => null,
    };

    private static JsonNode? ToNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}

/// <summary>A parameter of a tool, and how its value is spliced into a statement.</summary>
/// <param name="Escape">What quotes it; null for none.</param>
/// <param name="ItemEscape">What quotes each item of an array; null for none.</param>
internal sealed record DeclaredParameter(ToolParameter Parameter, string? Escape, string? ItemEscape, Place Place);

/// <summary>The fields of a parameter.</summary>
internal sealed class ParameterSettings
{
    public string Name { get; init; } = "item";

    [Required]
    public string Type { get; init; } = "";

    public string Description { get; init; } = "";

    public bool Required { get; init; } = true;

    public YamlNode? Default { get; init; }

    public YamlNode? Items { get; init; }

    [AllowedValues("string", "integer", "float", "boolean", null)]
    public string? ValueType { get; init; }

    public YamlList? AllowedValues { get; init; }

    public YamlList? ExcludedValues { get; init; }

    public double? MinValue { get; init; }

    public double? MaxValue { get; init; }

    [AllowedValues("single-quotes", "double-quotes", "backticks", "square-brackets", null)]
    public string? Escape { get; init; }

    public IReadOnlyList<ParameterAuthService> AuthServices { get; init; } = [];
}

/// <summary>A claim that a parameter's value is taken from.</summary>
internal sealed class ParameterAuthService
{
    [Required]
    public string Name { get; init; } = "";

    [Required]
    public string Field { get; init; } = "";
}
