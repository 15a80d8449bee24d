using System.ComponentModel.DataAnnotations;

namespace Runtime.ToolGateway.Toolsets.PubSub;

/// <summary>Limits of the Pub/Sub tools. Bound from <c>Tools:PubSub</c>.</summary>
public sealed class PubSubToolsOptions
{
    public const string Section = "Tools:PubSub";

    /// <summary>Gets or sets how long a pull waits for a first message, 1 to 60 s. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan PullWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the most messages that one pull may ask for, 1 to 1000. Default 100.</summary>
    [Range(1, 1000)]
    public int MaxMessages { get; set; } = 100;
}
