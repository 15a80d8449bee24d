namespace Runtime.Hosting;

/// <summary>What a resource is doing, in the words that Aspire uses.</summary>
public static class KnownResourceStates
{
    public const string NotStarted = nameof(NotStarted);
    public const string Waiting = nameof(Waiting);
    public const string Building = nameof(Building);
    public const string Starting = nameof(Starting);
    public const string Running = nameof(Running);
    public const string Stopping = nameof(Stopping);
    public const string Exited = nameof(Exited);
    public const string FailedToStart = nameof(FailedToStart);
}

/// <summary>Whether a running resource does its work.</summary>
public enum ResourceHealth
{
    /// <summary>Not asked yet, or not running.</summary>
    Unknown,
    Healthy,

    /// <summary>Left out or limited on purpose; the rest works without it.</summary>
    Degraded,
    Unhealthy,
}

/// <summary>What is known of a resource at one moment.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="State">One of <see cref="KnownResourceStates"/>.</param>
/// <param name="Health">Whether it does its work.</param>
/// <param name="Reason">Why it is in this state, in words for a person; empty when there is nothing to say.</param>
/// <param name="ExitCode">The exit code, after an exit.</param>
public sealed record ResourceSnapshot(IResource Resource, string State, ResourceHealth Health, string Reason = "", int? ExitCode = null)
{
    /// <summary>Gets a value indicating whether the resource has ended and will not become healthy by itself.</summary>
    public bool IsTerminal => State is KnownResourceStates.Exited or KnownResourceStates.FailedToStart;

    /// <summary>Gets a value indicating whether the resource has said its last word for now: healthy, left out, or failed.</summary>
    public bool IsSettled => IsTerminal || Health is ResourceHealth.Healthy or ResourceHealth.Degraded;
}
