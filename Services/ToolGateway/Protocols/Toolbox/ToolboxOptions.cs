using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Protocols.Toolbox;

/// <summary>The HTTP protocol of MCP Toolbox. Bound from <c>Toolbox</c>.</summary>
public sealed class ToolboxOptions
{
    public const string Section = "Toolbox";

    /// <summary>Gets or sets a value indicating whether <c>/api</c> is served. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Gets or sets the most bytes that the arguments of one call may have, 1 KiB to 1 GiB. Default 10 MiB.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxRequestBytes { get; set; } = 10 * 1024 * 1024;
}
