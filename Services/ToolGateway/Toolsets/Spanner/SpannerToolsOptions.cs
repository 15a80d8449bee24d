using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Toolsets.Spanner;

/// <summary>Limits of the Spanner tools. Bound from <c>Tools:Spanner</c>.</summary>
public sealed class SpannerToolsOptions
{
    public const string Section = "Tools:Spanner";

    /// <summary>Gets or sets the most rows that a query returns, 1 to 10000. Default 50.</summary>
    [Range(1, 10_000)]
    public int MaxRows { get; set; } = 50;

    /// <summary>Gets or sets a value indicating whether a row is an object by column name instead of an array in column order. Default false.</summary>
    public bool RowsAsObjects { get; set; }
}
