using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Plugins.ResultCache;

/// <summary>How long results of read-only tools are kept. Bound from <c>Plugins:ResultCache</c>.</summary>
public sealed class ResultCacheOptions
{
    public const string Section = "Plugins:ResultCache";

    /// <summary>Gets or sets a value indicating whether results are kept. Default false: an agent that reads what it has just written must see it.</summary>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets how long a result may be answered again, 1 s to 1 day. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how many bytes of results and arguments are kept at most, 64 KiB to 1 GiB. Default 64 MiB.</summary>
    [Range(65_536, 1024 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Gets the names of the tools whose results are kept; empty for all that only read. A tool that may change something is never kept.</summary>
    public IList<string> Tools { get; } = [];
}
