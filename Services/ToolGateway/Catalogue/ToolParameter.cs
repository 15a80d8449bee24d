using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>The kinds of argument that tools take, by the names that Toolbox files give them.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "They are the names of the types.")]
public enum ParameterKind
{
    String,
    Integer,
    Float,
    Boolean,
    Array,
    Map,
}

/// <summary>One argument of a tool: what a model is told of it, and what is accepted.</summary>
public sealed record ToolParameter(string Name, ParameterKind Kind, string Text)
{
    private readonly JsonElement _default;

    /// <summary>Gets a value indicating whether a call must have it.</summary>
    public bool Required { get; init; }

    /// <summary>Gets what an absent argument counts as; null for nothing.</summary>
    public JsonNode? Default
    {
        get;
        init
        {
            field = value;
            _default = value is null ? default : JsonSerializer.SerializeToElement(value);
        }
    }

    /// <summary>Gets what each item of an array is; null for anything. Its name is used in messages only.</summary>
    public ToolParameter? Items { get; init; }

    /// <summary>Gets what each value of a map is; null for anything.</summary>
    public ParameterKind? Values { get; init; }

    /// <summary>Gets the least number, inclusive.</summary>
    public double? Minimum { get; init; }

    /// <summary>Gets the largest number, inclusive.</summary>
    public double? Maximum { get; init; }

    /// <summary>Gets a value indicating whether an empty string or array is refused.</summary>
    public bool NotEmpty { get; init; }

    /// <summary>Gets the values of which one must match; empty for no such rule.</summary>
    public IReadOnlyList<ValuePattern> AllowedValues { get; init; } = [];

    /// <summary>Gets the values of which none may match.</summary>
    public IReadOnlyList<ValuePattern> ExcludedValues { get; init; } = [];

    /// <summary>Gets where the value is taken from instead of the call: a claim of a verified token, of the first service that the caller has one of. Such a parameter is not shown to models.</summary>
    public IReadOnlyList<ClaimSource> AuthServices { get; init; } = [];

    /// <summary>Gets what to say when it is absent and only the operator could have supplied it; null when the model can.</summary>
    public Func<ServiceException>? WhenMissing { get; init; }

    /// <summary>Gets a value indicating whether a model sees and supplies it.</summary>
    public bool IsShown => AuthServices.Count is 0;

    /// <summary>Gets the default as the arguments of a call hold it; undefined for none.</summary>
    internal JsonElement DefaultElement => _default;

    /// <summary>Gets what is allowed, as a phrase.</summary>
    public string Allowed
    {
        get
        {
            var allowed = Kind switch
            {
                ParameterKind.String => NotEmpty ? "a string that is not empty" : "a string",
                ParameterKind.Integer => $"a whole number{RangePhrase()}",
                ParameterKind.Float => $"a number{RangePhrase()}",
                ParameterKind.Boolean => "true or false",
                ParameterKind.Array => $"an array{(Items is null ? "" : $" of {Plural(Items.Kind)}")}{(NotEmpty ? " with at least one item" : "")}",
                ParameterKind.Map => Values is { } values ? $"an object whose values are {Plural(values)}" : "an object",
                _ => throw new InvalidOperationException($"Parameter kind {Kind} has no words."),
            };
            if (AllowedValues.Count > 0)
            {
                allowed += $", one of {string.Join(", ", AllowedValues)}";
            }

            return ExcludedValues.Count > 0 ? $"{allowed}, none of {string.Join(", ", ExcludedValues)}" : allowed;
        }
    }

    /// <summary>Describes an array of strings.</summary>
    public static ToolParameter TextList(string name, string text) =>
        new(name, ParameterKind.Array, text) { Items = new("item", ParameterKind.String, "") };

    /// <summary>Describes an object whose values are strings.</summary>
    public static ToolParameter TextMap(string name, string text) => new(name, ParameterKind.Map, text) { Values = ParameterKind.String };

    public JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = SchemaType(Kind) };
        if (Text.Length > 0)
        {
            schema["description"] = Text;
        }

        if (Items is not null)
        {
            schema["items"] = Items.Schema();
        }

        if (Values is { } values)
        {
            schema["additionalProperties"] = new JsonObject { ["type"] = SchemaType(values) };
        }

        if (NotEmpty)
        {
            schema[Kind is ParameterKind.Array ? "minItems" : "minLength"] = 1;
        }

        if (Minimum is { } least)
        {
            schema["minimum"] = Number(least);
        }

        if (Maximum is { } largest)
        {
            schema["maximum"] = Number(largest);
        }

        if (AllowedValues.Count > 0 && AllowedValues.All(value => value.IsLiteral))
        {
            schema["enum"] = new JsonArray([.. AllowedValues.Select(value => value.Value.DeepClone())]);
        }

        if (Default is not null)
        {
            schema["default"] = Default.DeepClone();
        }

        return schema;
    }

    /// <summary>Says what is wrong with a value, deepest first: a wrong item of an array is named by its place.</summary>
    /// <returns>Null when nothing is.</returns>
    internal string? Problem(JsonElement value, string path)
    {
        var accepted = Kind switch
        {
            ParameterKind.String => value.ValueKind is JsonValueKind.String && !(NotEmpty && value.ValueEquals("")),
            // Not the number 2.0: whoever writes that has a float, and would lose 2.5 as well.
            ParameterKind.Integer => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) && IsInRange(number),
            ParameterKind.Float => value.ValueKind is JsonValueKind.Number && double.IsFinite(value.GetDouble()) && IsInRange(value.GetDouble()),
            ParameterKind.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            ParameterKind.Array => value.ValueKind is JsonValueKind.Array && !(NotEmpty && value.GetArrayLength() is 0),
            ParameterKind.Map => value.ValueKind is JsonValueKind.Object,
            _ => false,
        };
        if (!accepted || (AllowedValues.Count > 0 && !AllowedValues.Any(allowed => allowed.Matches(value))) || ExcludedValues.Any(excluded => excluded.Matches(value)))
        {
            return ArgumentValidator.Refuse(path, value, Allowed);
        }

        return Kind switch
        {
            ParameterKind.Array when Items is not null => ItemProblem(value, path, Items),
            ParameterKind.Map when Values is { } values => ValueProblem(value, path, new("value", values, "")),
            _ => null,
        };
    }

    private static string? ItemProblem(JsonElement array, string path, ToolParameter items)
    {
        var place = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (items.Problem(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{place}]")) is { } problem)
            {
                return problem;
            }

            place++;
        }

        return null;
    }

    private static string? ValueProblem(JsonElement map, string path, ToolParameter values)
    {
        foreach (var entry in map.EnumerateObject())
        {
            if (values.Problem(entry.Value, $"{path}.{entry.Name}") is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private bool IsInRange(double number) => !(number < Minimum || number > Maximum);

    private string RangePhrase() => string.Create(CultureInfo.InvariantCulture, $"{(Minimum, Maximum) switch
    {
        (null, null) => "",
        ({ } least, null) => $" of at least {least}",
        (null, { } largest) => $" of at most {largest}",
        var (least, largest) => $" from {least} to {largest}",
    }}");

    private static JsonNode Number(double number) => double.IsInteger(number) && Math.Abs(number) < 1L << 53 ? (long)number : number;

    private static string Plural(ParameterKind kind) => kind switch
    {
        ParameterKind.String => "strings",
        ParameterKind.Integer => "whole numbers",
        ParameterKind.Float => "numbers",
        ParameterKind.Boolean => "true or false",
        ParameterKind.Array => "arrays",
        _ => "objects",
    };

    private static string SchemaType(ParameterKind kind) => kind switch
    {
        ParameterKind.String => "string",
        ParameterKind.Integer => "integer",
        ParameterKind.Float => "number",
        ParameterKind.Boolean => "boolean",
        ParameterKind.Array => "array",
        _ => "object",
    };
}

/// <summary>Where a parameter's value comes from: a claim of a token that a service verified.</summary>
/// <param name="Service">Name of the auth service.</param>
/// <param name="Claim">Name of the claim, for example <c>email</c>.</param>
public sealed record ClaimSource(string Service, string Claim);
