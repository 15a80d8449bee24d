using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>How long, and how many at once, calls of a tool may run. Bound from <c>Tools:Limits</c>.</summary>
public sealed class CallLimitOptions
{
    public const string Section = "Tools:Limits";

    /// <summary>Gets or sets how long one call may take, waiting included, 100 ms to 1 h. A caller's shorter deadline counts as well. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how many calls of one tool run at once, 1 to 1000. Default 16: less than a source's connections, so that one slow tool leaves some to the others.</summary>
    [Range(1, 1000)]
    public int Concurrency { get; set; } = 16;

    /// <summary>Gets or sets how many more calls of one tool wait for their turn before others are refused, 0 to 10000. Default 256.</summary>
    [Range(0, 10_000)]
    public int Queue { get; set; } = 256;
}
