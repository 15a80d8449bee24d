using System.Text.Json.Nodes;
using Runtime.ToolGateway.Credentials;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>What a model and a client are told about a tool.</summary>
/// <param name="Name">Seen by models: lower-case words with underscores.</param>
/// <param name="Title">Seen by people.</param>
/// <param name="Text">What it does and what it returns, written for a model.</param>
public sealed record ToolDescription(string Name, string Title, string Text, ToolEffects Effects, IReadOnlyList<ToolParameter> Parameters)
{
    /// <summary>Gets the JSON Schema of a result that is not an error; null for any object.</summary>
    public JsonObject? OutputSchema { get; init; }

    /// <summary>Gets the services of which the caller must bring one verified token; empty when anyone may call.</summary>
    public IReadOnlyList<string> AuthRequired { get; init; } = [];

    /// <summary>Gets the auth services that <see cref="AuthRequired"/> and the parameters speak of, by name.</summary>
    public IReadOnlyDictionary<string, IAuthService> AuthServices { get; init; } = new Dictionary<string, IAuthService>();

    /// <summary>Gets a value indicating whether an argument that the tool does not know is ignored instead of refused.</summary>
    /// <remarks>Tools of a Toolbox file ignore them, because MCP Toolbox does, and its users' agents may rely on it.</remarks>
    public bool IgnoresUnknownArguments { get; init; }

    /// <summary>Gets what telemetry says of every call beside its name, for example <c>db.system.name</c>. Nothing secret, nothing of the arguments.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Telemetry { get; init; } = [];

    /// <summary>Gets how long one call may take; null for the gateway's default.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Returns the JSON Schema (draft 2020-12) of the arguments.</summary>
    public JsonObject InputSchema()
    {
        var shown = Parameters.Where(parameter => parameter.IsShown).ToArray();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(shown.Select(parameter => KeyValuePair.Create(parameter.Name, (JsonNode?)parameter.Schema()))),
            ["required"] = new JsonArray([.. shown.Where(parameter => parameter.Required).Select(parameter => (JsonNode)parameter.Name)]),
        };
        if (!IgnoresUnknownArguments)
        {
            schema["additionalProperties"] = false;
        }

        return schema;
    }
}

/// <summary>What a call does outside. Said truthfully, because clients decide by it whether to ask a person first.</summary>
public sealed record ToolEffects(bool ReadOnly, bool Destructive, bool Idempotent)
{
    public static readonly ToolEffects Reads = new(ReadOnly: true, Destructive: false, Idempotent: true);

    /// <summary>Gets a value indicating whether the tool reaches what no operator named: any address, the web. Default false.</summary>
    public bool OpenWorld { get; init; }
}
