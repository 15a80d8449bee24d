using System.Text.Json;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Who sends messages, and what is offered there.</summary>
/// <param name="Version">The revision of the protocol that the messages are in.</param>
/// <param name="Tools">The tools at the address that was called.</param>
/// <param name="Header">The look-up of a header of the request.</param>
/// <param name="Caller">Who calls, as far as the connection says.</param>
internal sealed record McpCaller(string Version, McpToolList Tools, Func<string, string?> Header, string Caller)
{
    private const string ToolboxExtension = "com.google.cloud/toolbox.v1";

    public bool IsPerRequest => McpVersion.IsPerRequest(Version);

    public McpToolDialect Dialect(JsonElement meta) =>
        !IsPerRequest ? McpToolDialect.Handshake
        : RpcMessage.ObjectIn(Capabilities(meta), "extensions"u8) is { ValueKind: JsonValueKind.Object } extensions && extensions.TryGetProperty(ToolboxExtension, out _)
            ? McpToolDialect.Toolbox
            : McpToolDialect.PerRequest;

    /// <summary>Returns whether the client of a request can put a form before its person.</summary>
    /// <remarks>An empty capability means forms: https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#capabilities</remarks>
    public static bool CanAsk(JsonElement meta) =>
        RpcMessage.ObjectIn(Capabilities(meta), "elicitation"u8) is { ValueKind: JsonValueKind.Object } elicitation
        && (elicitation.TryGetProperty("form"u8, out _) || !elicitation.TryGetProperty("url"u8, out _));

    public CallContext Context(Func<ToolProgress, CancellationToken, ValueTask>? progress, IApprover? approver) =>
        new() { Protocol = "mcp", Header = Header, Caller = Caller, Progress = progress, Approver = approver };

    private static JsonElement Capabilities(JsonElement meta) => RpcMessage.ObjectIn(meta, "io.modelcontextprotocol/clientCapabilities"u8);
}
