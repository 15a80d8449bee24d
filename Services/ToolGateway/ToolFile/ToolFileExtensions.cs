using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.ServiceDefaults.Settings;

namespace Runtime.ToolGateway.ToolFile;

internal static class ToolFileExtensions
{
    /// <summary>Adds the tools that files declare, and what follows changes of the files.</summary>
    public static IServiceCollection AddToolFile(this IServiceCollection services)
    {
        services.AddSettings<ToolFileOptions>(ToolFileOptions.Section);
        services.AddKinds();
        services.AddSingleton<ToolFileLoader>();
        services.AddSingleton<ToolFiles>();
        services.AddHostedService<ToolFileWatcher>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddHealthChecks().AddCheck<SourcesHealthCheck>("sources");
        return services;
    }
}
