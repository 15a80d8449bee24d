using System.ComponentModel.DataAnnotations;

namespace Runtime.SessionService.Expiry;

/// <summary>When sessions expire that say nothing about it, and how often the expired are deleted. Bound from <c>Sessions:Expiry</c>.</summary>
public sealed class ExpiryOptions
{
    public const string Section = "Sessions:Expiry";

    /// <summary>Gets or sets how long a new session lives: <c>never</c> for as long as nobody deletes it, or a duration as <c>30.00:00:00</c>. Default never.</summary>
    [Lifetime]
    public string Default { get; set; } = LifetimeAttribute.Never;

    /// <summary>Gets the same for single apps, by app name.</summary>
    [Lifetime]
    public IDictionary<string, string> Apps { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets the time between two searches for expired sessions, one second to one day. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(5);
}
