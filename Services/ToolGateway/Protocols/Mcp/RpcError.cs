using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>A JSON-RPC error: what the sender of a message did wrong.</summary>
/// <remarks>https://www.jsonrpc.org/specification#error_object, and https://modelcontextprotocol.io/specification for those from -32020 on.</remarks>
internal sealed record RpcError(int Code, string Message, JsonObject? Data = null)
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int SessionNotFound = -32001;
    public const int HeaderMismatch = -32020;
    public const int UnsupportedVersion = -32022;

    public static RpcError VersionUnsupported(string requested) => new(
        UnsupportedVersion,
        $"Unsupported protocol version '{requested}'. Fix: use one of {string.Join(", ", McpVersion.All)}.",
        new() { ["supported"] = new JsonArray([.. McpVersion.All.Select(version => (JsonNode)version)]), ["requested"] = requested });
}
