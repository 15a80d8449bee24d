namespace Runtime.Smoke.Framework;

/// <summary>What the environment asks of the suites.</summary>
public static class SmokeSettings
{
    /// <summary><c>true</c>: run the live variants too.</summary>
    public const string LiveVariable = "RUNTIME_SMOKE_LIVE";

    /// <summary><c>live</c>: run the live variants too, and fail the ones that lack something instead of skipping them.</summary>
    public const string RequireVariable = "RUNTIME_SMOKE_REQUIRE";

    /// <summary>The state directory of the running stack to use; without it, the suites start a stack of their own.</summary>
    public const string StackVariable = "RUNTIME_SMOKE_STACK";

    /// <summary>Gets whether a live variant that cannot run is a failure.</summary>
    public static bool RequiresLive { get; } = string.Equals(Read(RequireVariable), "live", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets whether live variants run at all.</summary>
    public static bool AsksForLive { get; } = RequiresLive || Read(LiveVariable) is "1" || string.Equals(Read(LiveVariable), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets the state directory of the running stack.</summary>
    public static string? RunningStack { get; } = Read(StackVariable);

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable)?.Trim() is { Length: > 0 } value ? value : null;
}
