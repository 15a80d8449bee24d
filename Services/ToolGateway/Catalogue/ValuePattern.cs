using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>A value, or a regular expression over strings, that an argument must or must not match.</summary>
/// <param name="value">The value; a pattern is a string.</param>
/// <param name="pattern">Matches whole strings; null for the value alone.</param>
public sealed class ValuePattern(JsonNode value, Regex? pattern = null)
{
    private readonly JsonElement _value = JsonSerializer.SerializeToElement(value);

    /// <summary>Gets the value as it was written.</summary>
    public JsonNode Value { get; } = value;

    /// <summary>Gets a value indicating whether only an equal value matches.</summary>
    public bool IsLiteral => pattern is null;

    public bool Matches(JsonElement argument) =>
        JsonElement.DeepEquals(_value, argument) || (pattern is not null && argument.ValueKind is JsonValueKind.String && pattern.IsMatch(argument.GetString()!));

    public override string ToString() => Value.ToJsonString(ToolResult.Json);
}
