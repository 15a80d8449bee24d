using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>What 2026-07-28 asks of every request: version and capabilities in the body, and headers that agree with it.</summary>
/// <remarks>https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata</remarks>
internal static class PerRequestRules
{
    private const string MethodHeader = "Mcp-Method";
    private const string NameHeader = "Mcp-Name";
    private const string VersionMember = "io.modelcontextprotocol/protocolVersion";
    private const string CapabilitiesMember = "io.modelcontextprotocol/clientCapabilities";
    private const string EncodedPrefix = "=?base64?";
    private const string EncodedSuffix = "?=";

    /// <summary>Returns what is wrong; null for a request that is right, or in an earlier revision.</summary>
    public static RpcError? Check(HttpRequest request, in RpcMessage message, string version)
    {
        if (message.Method is null)
        {
            return McpVersion.IsPerRequest(version) ? new(RpcError.InvalidRequest, $"In protocol version {version} a client sends no responses.") : null;
        }

        var meta = message.Meta;
        var inBody = RpcMessage.TextIn(meta, "io.modelcontextprotocol/protocolVersion"u8);
        if (!McpVersion.IsPerRequest(version))
        {
            return inBody is null || !McpVersion.IsPerRequest(inBody)
                ? null
                : new(RpcError.HeaderMismatch, $"The body is in protocol version {inBody}, and the header {McpVersion.HeaderName} does not say so.");
        }

        if (inBody is null && !message.IsNotification)
        {
            return new(RpcError.InvalidParams, $"\"params._meta\" has no \"{VersionMember}\".");
        }

        if (inBody is not null && inBody != version)
        {
            return new(RpcError.HeaderMismatch, $"The header {McpVersion.HeaderName} says {version}, and the body {inBody}.");
        }

        return CheckRouting(request, message)
            ?? (message.IsNotification || RpcMessage.ObjectIn(meta, "io.modelcontextprotocol/clientCapabilities"u8).ValueKind is JsonValueKind.Object
                ? null
                : new(RpcError.InvalidParams, $"\"params._meta\" has no object \"{CapabilitiesMember}\"."));
    }

    private static RpcError? CheckRouting(HttpRequest request, in RpcMessage message)
    {
        var method = request.Headers[MethodHeader].ToString().Trim();
        if (method != message.Method)
        {
            return new(RpcError.HeaderMismatch, $"The header {MethodHeader} says '{method}', and the body '{message.Method}'.");
        }

        if (message.Method is not "tools/call")
        {
            return null;
        }

        var name = RpcMessage.TextIn(message.Params, "name"u8);
        var header = Decode(request.Headers[NameHeader].ToString().Trim());
        return header is not null && (name is null || header == name)
            ? null
            : new(RpcError.HeaderMismatch, $"The header {NameHeader} says '{header}', and the body '{name}'.");
    }

    // What a header cannot hold comes as base64, between marks.
    private static string? Decode(string header)
    {
        if (!header.StartsWith(EncodedPrefix, StringComparison.Ordinal) || !header.EndsWith(EncodedSuffix, StringComparison.Ordinal)
            || header.Length < EncodedPrefix.Length + EncodedSuffix.Length)
        {
            return header.Length > 0 ? header : null;
        }

        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(header[EncodedPrefix.Length..^EncodedSuffix.Length]));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
