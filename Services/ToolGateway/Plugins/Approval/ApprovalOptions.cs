using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Plugins.Approval;

/// <summary>Which calls a person must approve. Bound from <c>Plugins:Approval</c>.</summary>
public sealed class ApprovalOptions
{
    public const string Section = "Plugins:Approval";

    /// <summary>Gets or sets a value indicating whether calls of destructive tools need a person's approval. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets how long a person has to answer, 1 s to 1 day. Default 5 minutes. It does not count towards the tool's deadline.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets names of destructive tools that may be called without. Default none.</summary>
    public IList<string> Trusted { get; } = [];
}
