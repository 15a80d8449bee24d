using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Toolbox;

/// <summary>What clients of Toolbox read to know the tools of one catalogue, as the bytes that go out: built at the first question, then kept.</summary>
internal sealed class ToolboxManifests(ToolCatalogue catalogue)
{
    private static readonly string ServerVersion = typeof(ToolboxManifests).Assembly.GetName().Version!.ToString(3);

    private readonly ConcurrentDictionary<string, byte[]> _tools = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> _toolsets = new(StringComparer.Ordinal);

    public ToolCatalogue Catalogue => catalogue;

    /// <summary>Returns the manifest of one tool, null where there is no such tool.</summary>
    public byte[]? OfTool(string name) => catalogue.Find(name) is { } tool ? _tools.GetOrAdd(name, static (_, tool) => Write([tool]), tool) : null;

    /// <summary>Returns the manifest of a toolset, of all tools for an empty name, null where there is no such toolset.</summary>
    public byte[]? OfToolset(string name) =>
        catalogue.InToolset(name) is { } tools ? _toolsets.GetOrAdd(name, static (_, tools) => Write(tools), tools) : null;

    private static byte[] Write(IEnumerable<CataloguedTool> tools) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["serverVersion"] = ServerVersion,
            ["tools"] = new JsonObject(tools.OrderBy(tool => tool.Name, StringComparer.Ordinal).Select(tool => KeyValuePair.Create(tool.Name, (JsonNode?)Describe(tool)))),
        },
        ToolResult.Json);

    private static JsonObject Describe(CataloguedTool tool) => new JsonObject
    {
        ["description"] = tool.Description.Text,
        ["parameters"] = new JsonArray([.. tool.Description.Parameters.Select(parameter => Describe(parameter, IsRequired(parameter)))]),
        ["authRequired"] = Strings(tool.Description.AuthRequired),
    };

    private static JsonObject Describe(ToolParameter parameter, bool required)
    {
        var described = new JsonObject
        {
            ["name"] = parameter.Name,
            ["type"] = TypeName(parameter.Kind),
            ["required"] = required,
            ["description"] = parameter.Text,
            ["authServices"] = Strings(parameter.AuthServices.Select(source => source.Service)),
        };
        if (parameter.Items is { } items)
        {
            // An item has no say of its own in whether it must come.
            described["items"] = Describe(items, required);
        }

        if (parameter.Default is { } standard)
        {
            described["default"] = standard.DeepClone();
        }

        if (parameter.Kind is ParameterKind.Map)
        {
            described["additionalProperties"] = parameter.Values is { } values ? new JsonObject { ["type"] = TypeName(values) } : JsonValue.Create(true);
        }

        return described;
    }

    private static bool IsRequired(ToolParameter parameter) => parameter.Required && parameter.Default is null;

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static string TypeName(ParameterKind kind) => kind switch
    {
        ParameterKind.String => "string",
        ParameterKind.Integer => "integer",
        ParameterKind.Float => "float",
        ParameterKind.Boolean => "boolean",
        ParameterKind.Array => "array",
        _ => "object",
    };
}
