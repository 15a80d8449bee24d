using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>How much one call may answer. Bound from <c>Tools:Results</c>.</summary>
public sealed class ResultLimitOptions
{
    public const string Section = "Tools:Results";

    /// <summary>Gets or sets the most bytes of rows that one result holds, 1 KiB to 3 MiB, because gRPC clients refuse messages above 4 MB. Default 1 MiB.</summary>
    [Range(1024, 3 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets the most bytes of rows that one streamed result holds, 1 KiB to 1 GiB. Default 64 MiB.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxStreamBytes { get; set; } = 64 * 1024 * 1024;
}
