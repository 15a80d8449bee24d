namespace Runtime.Bootstrap.Catalogue;

/// <summary>What people read for a state.</summary>
public static class StateNames
{
    public static string Of(IntegrationState state) => state switch
    {
        IntegrationState.Ready => "ready",
        IntegrationState.Emulator => "emulator",
        IntegrationState.NotConfigured => "not configured",
        IntegrationState.Unreachable => "unreachable",
        IntegrationState.Denied => "denied",
        _ => "invalid",
    };
}
