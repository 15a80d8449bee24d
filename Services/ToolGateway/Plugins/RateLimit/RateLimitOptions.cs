using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Plugins.RateLimit;

/// <summary>How often one caller may call one tool. Bound from <c>Plugins:RateLimit</c>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "Plugins:RateLimit";

    /// <summary>Gets or sets a value indicating whether calls are counted. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>Gets or sets how many calls of one tool one caller may make in a window, 1 to 1000000. Default 60.</summary>
    [Range(1, 1_000_000)]
    public int Calls { get; set; } = 60;

    /// <summary>Gets or sets how long a window is, 1 s to 1 day; it slides in eighths. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);
}
