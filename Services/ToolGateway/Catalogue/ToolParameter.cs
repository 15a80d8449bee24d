using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>The kinds of argument that tools take.</summary>
public enum ParameterKind
{
    Text,
    WholeNumber,
    YesNo,
    TextList,
    TextMap,
}

/// <summary>One argument of a tool: what a model is told of it, and what is accepted.</summary>
public sealed record ToolParameter(string Name, ParameterKind Kind, string Text)
{
    /// <summary>Gets a value indicating whether a call must have it.</summary>
    public bool Required { get; init; }

    /// <summary>Gets what an absent argument counts as; null for nothing.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Gets the least and largest whole number, inclusive.</summary>
    public (long Least, long Largest)? Range { get; init; }

    /// <summary>Gets a value indicating whether an empty text or list is refused.</summary>
    public bool NotEmpty { get; init; }

    /// <summary>Gets what to say when it is absent and only the operator could have supplied it; null when the model can.</summary>
    public Func<ServiceException>? WhenMissing { get; init; }

    /// <summary>Gets what is allowed, as a phrase.</summary>
    public string Allowed => Kind switch
    {
        ParameterKind.Text => NotEmpty ? "a string that is not empty" : "a string",
        ParameterKind.WholeNumber when Range is var (least, largest) => $"a whole number from {least} to {largest}",
        ParameterKind.WholeNumber => "a whole number",
        ParameterKind.YesNo => "true or false",
        ParameterKind.TextList => NotEmpty ? "an array of strings with at least one item" : "an array of strings",
        ParameterKind.TextMap => "an object whose values are strings",
        _ => throw new InvalidOperationException($"Parameter kind {Kind} has no words."),
    };

    public JsonObject Schema()
    {
        var schema = new JsonObject
        {
            ["type"] = Kind switch
            {
                ParameterKind.Text => "string",
                ParameterKind.WholeNumber => "integer",
                ParameterKind.YesNo => "boolean",
                ParameterKind.TextList => "array",
                _ => "object",
            },
            ["description"] = Text,
        };
        if (Kind is ParameterKind.TextList)
        {
            schema["items"] = new JsonObject { ["type"] = "string" };
        }

        if (Kind is ParameterKind.TextMap)
        {
            schema["additionalProperties"] = new JsonObject { ["type"] = "string" };
        }

        if (NotEmpty)
        {
            schema[Kind is ParameterKind.TextList ? "minItems" : "minLength"] = 1;
        }

        if (Range is var (least, largest))
        {
            schema["minimum"] = least;
            schema["maximum"] = largest;
        }

        if (Default is not null)
        {
            schema["default"] = Default.DeepClone();
        }

        return schema;
    }

    /// <summary>Returns whether a value may be passed.</summary>
    internal bool Accepts(JsonElement value) => Kind switch
    {
        ParameterKind.Text => value.ValueKind is JsonValueKind.String && !(NotEmpty && value.GetString()!.Length is 0),
        ParameterKind.WholeNumber => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) && IsInRange(number),
        ParameterKind.YesNo => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        ParameterKind.TextList => value.ValueKind is JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String) && !(NotEmpty && value.GetArrayLength() is 0),
        ParameterKind.TextMap => value.ValueKind is JsonValueKind.Object
            && value.EnumerateObject().All(item => item.Value.ValueKind is JsonValueKind.String),
        _ => false,
    };

    private bool IsInRange(long number) => Range is not var (least, largest) || (number >= least && number <= largest);
}
