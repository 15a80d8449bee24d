namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Who may call over MCP. Bound from <c>Mcp</c>.</summary>
public sealed class McpOptions
{
    public const string Section = "Mcp";

    /// <summary>Gets the <c>Origin</c> values of web pages that may call, for example <c>https://agents.example.com</c>. Default none beside loopback and the gateway itself.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Gets the host names under which the gateway may be called on a loopback address: those of a proxy on the same machine. Default none beside <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c>.</summary>
    public IList<string> AllowedHosts { get; } = [];
}
