using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>Where declared tools are read from. Bound from <c>Tools</c>.</summary>
public sealed class ToolFileOptions
{
    public const string Section = "Tools";

    /// <summary>Gets or sets a file in the format of MCP Toolbox's <c>tools.yaml</c>, or a folder of such files (<c>*.yaml</c>, <c>*.yml</c>); empty for none.</summary>
    public string File { get; set; } = "";

    /// <summary>Gets or sets how often the files are looked at for changes, up to 1 h; 0 for never again. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(1);
}
