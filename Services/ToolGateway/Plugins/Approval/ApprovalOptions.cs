namespace Runtime.ToolGateway.Plugins.Approval;

/// <summary>Which calls a person must approve. Bound from <c>Plugins:Approval</c>.</summary>
public sealed class ApprovalOptions
{
    public const string Section = "Plugins:Approval";

    /// <summary>Gets or sets a value indicating whether calls of destructive tools need a person's approval. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Gets names of destructive tools that may be called without. Default none.</summary>
    public IList<string> Trusted { get; } = [];
}
