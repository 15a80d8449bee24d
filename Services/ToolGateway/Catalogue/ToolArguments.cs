using System.Text.Json;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>The arguments of one call, after <see cref="ArgumentValidator"/> accepted them.</summary>
public sealed class ToolArguments(IReadOnlyDictionary<string, JsonElement> values)
{
    /// <summary>Returns a text that the call or the parameter's default supplies.</summary>
    public string Text(string name) => OptionalText(name) ?? throw new InvalidOperationException($"Parameter '{name}' is optional: ask with OptionalText.");

    public string? OptionalText(string name) => values.TryGetValue(name, out var value) ? value.GetString() : null;

    public int Number(string name) => checked((int)values[name].GetInt64());

    public bool IsTrue(string name) => values.TryGetValue(name, out var value) && value.GetBoolean();

    public IReadOnlyList<string> TextList(string name) =>
        values.TryGetValue(name, out var value) ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];

    public IReadOnlyDictionary<string, string> TextMap(string name) => values.TryGetValue(name, out var value)
        ? value.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetString()!, StringComparer.Ordinal)
        : new Dictionary<string, string>(StringComparer.Ordinal);
}
