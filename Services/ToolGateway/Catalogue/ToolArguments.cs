using System.Text.Json;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>The arguments of one call, after <see cref="ArgumentValidator"/> accepted them: one place a parameter, in the order of the description.</summary>
public sealed class ToolArguments(IReadOnlyList<ToolParameter> parameters)
{
    private readonly JsonElement[] _values = new JsonElement[parameters.Count];

    /// <summary>Gets the parameters, in the order of the values.</summary>
    public IReadOnlyList<ToolParameter> Parameters => parameters;

    /// <summary>Gets the value of the parameter in a place; undefined where neither the call nor a default supplies one.</summary>
    public JsonElement this[int place] => _values[place];

    public bool Has(int place) => _values[place].ValueKind is not JsonValueKind.Undefined;

    /// <summary>Returns the value of a parameter; undefined where neither the call nor a default supplies one.</summary>
    public JsonElement Value(string name)
    {
        for (var place = 0; place < parameters.Count; place++)
        {
            if (parameters[place].Name == name)
            {
                return _values[place];
            }
        }

        throw new ArgumentException($"There is no parameter '{name}'.", nameof(name));
    }

    /// <summary>Returns a text that the call or the parameter's default supplies.</summary>
    public string Text(string name) => OptionalText(name) ?? throw new InvalidOperationException($"Parameter '{name}' is optional: ask with OptionalText.");

    public string? OptionalText(string name) => Value(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public int Number(string name) => checked((int)Value(name).GetInt64());

    public bool IsTrue(string name) => Value(name).ValueKind is JsonValueKind.True;

    public IReadOnlyList<string> TextList(string name) =>
        Value(name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];

    public IReadOnlyDictionary<string, string> TextMap(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Value(name) is { ValueKind: JsonValueKind.Object } value)
        {
            foreach (var entry in value.EnumerateObject())
            {
                map[entry.Name] = entry.Value.GetString()!;
            }
        }

        return map;
    }

    /// <summary>Writes the arguments as one JSON object, those of the call and the defaults.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);

        json.WriteStartObject();
        for (var place = 0; place < _values.Length; place++)
        {
            if (Has(place))
            {
                json.WritePropertyName(parameters[place].Name);
                _values[place].WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    internal void Set(int place, JsonElement value) => _values[place] = value;
}
