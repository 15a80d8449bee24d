using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>What a model and a client are told about a tool.</summary>
/// <param name="Name">Seen by models: lower-case words with underscores.</param>
/// <param name="Title">Seen by people.</param>
/// <param name="Text">What it does and what it returns, written for a model.</param>
public sealed record ToolDescription(string Name, string Title, string Text, ToolEffects Effects, IReadOnlyList<ToolParameter> Parameters)
{
    /// <summary>Returns the JSON Schema (draft 2020-12) of the arguments.</summary>
    public JsonObject InputSchema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, (JsonNode?)parameter.Schema()))),
        ["required"] = new JsonArray([.. Parameters.Where(parameter => parameter.Required).Select(parameter => (JsonNode)parameter.Name)]),
        ["additionalProperties"] = false,
    };
}

/// <summary>What a call does outside. Said truthfully, because clients decide by it whether to ask a person first.</summary>
public sealed record ToolEffects(bool ReadOnly, bool Destructive, bool Idempotent)
{
    public static readonly ToolEffects Reads = new(ReadOnly: true, Destructive: false, Idempotent: true);
}
