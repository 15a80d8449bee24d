using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Who may call over MCP, and how much at once. Bound from <c>Mcp</c>.</summary>
public sealed class McpOptions
{
    public const string Section = "Mcp";

    /// <summary>Gets the <c>Origin</c> values of web pages that may call, for example <c>https://agents.example.com</c>. Default none beside loopback and the gateway itself.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Gets the host names under which the gateway may be called on a loopback address: those of a proxy on the same machine. Default none beside <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c>.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Gets or sets how many bytes one request may have, 1 KiB to 16 MiB. Default 4 MiB.</summary>
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxRequestBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Gets or sets how many tools one page of a list has, 1 to 10000. Default 1000, because widely used clients read the first page only.</summary>
    [Range(1, 10_000)]
    public int ToolsPerPage { get; set; } = 1000;

    /// <summary>Gets or sets the secret that replicas share so that one takes up a call that waits for a person's approval at another. Default one of this process.</summary>
    public string ApprovalKey { get; set; } = "";
}
