using Microsoft.Extensions.Diagnostics.HealthChecks;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Ready means that the database answers a query on the session tables. The first one also creates them.</summary>
internal sealed class SessionStoreHealthCheck(ISessionStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StorageException error)
        {
            // Without the exception: its text is for callers too, and the driver's would be logged every few seconds.
            return HealthCheckResult.Unhealthy($"{error.Failure.Code()}: {error.Message}");
        }
    }
}
