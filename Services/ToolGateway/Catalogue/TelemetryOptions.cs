namespace Runtime.ToolGateway.Catalogue;

/// <summary>What telemetry of calls holds. Bound from <c>Tools:Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Tools:Telemetry";

    /// <summary>Gets or sets a value indicating whether spans carry arguments and results, which may be personal data. Default false.</summary>
    public bool Content { get; set; }
}
