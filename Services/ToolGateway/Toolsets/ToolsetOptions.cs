namespace Runtime.ToolGateway.Toolsets;

/// <summary>Which of the gateway's own toolsets are offered. Bound from <c>Tools</c>.</summary>
public sealed class ToolsetOptions
{
    public const string Section = "Tools";

    /// <summary>Gets the names of the toolsets that are offered, or <c>none</c>. Default all. Tools of the tool file are offered either way.</summary>
    public IList<string> Toolsets { get; } = [];
}
