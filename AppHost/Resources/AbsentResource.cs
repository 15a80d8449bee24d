using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Runtime.AppHost.Resources;

/// <summary>Stands in the graph for a product that nobody supplies, so that the table says so and why.</summary>
public sealed class AbsentResource(string name) : Resource(name);

internal static class AbsentResourceExtensions
{
    public static IResourceBuilder<AbsentResource> AddAbsent(this IDistributedApplicationBuilder builder, string name, string reason)
    {
        var key = $"{name}_absent";
        // Degraded, not unhealthy: the stack works without it, and nothing waits for it.
        builder.Services.AddHealthChecks().AddCheck(key, () => HealthCheckResult.Degraded(reason));
        return builder.AddResource(new AbsentResource(name)).WithHealthCheck(key);
    }
}
