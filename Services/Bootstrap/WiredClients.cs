using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.Bootstrap.Integrations;
using Runtime.GoogleCloud;
using Runtime.Storage;

namespace Runtime.Bootstrap;

/// <summary>The typed clients of the integrations.</summary>
internal static class WiredClients
{
    /// <summary>Adds those that are not there, and nothing else.</summary>
    public static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.AddGoogleCloud();
        services.TryAddSingleton(StorageDialects.BuiltIn);
        services.TryAddSingleton<SessionDatabase>();
        return services;
    }
}
