using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Toolsets.Bigtable;

/// <summary>Limits of the Bigtable tools. Bound from <c>Tools:Bigtable</c>.</summary>
public sealed class BigtableToolsOptions
{
    public const string Section = "Tools:Bigtable";

    /// <summary>Gets or sets the most rows that one read returns, 1 to 10000. Default 50.</summary>
    [Range(1, 10_000)]
    public int MaxRows { get; set; } = 50;
}
