using Runtime.ServiceDefaults.Settings;
using Runtime.ToolGateway.ToolFile;
using Runtime.ToolGateway.Toolsets;

namespace Runtime.ToolGateway.Catalogue;

public static class CatalogueExtensions
{
    /// <summary>Adds the catalogue and what calls its tools. Which tools there are is decided in <see cref="Toolsets.ToolsetRegistration"/>.</summary>
    public static IServiceCollection AddToolCatalogue(this IServiceCollection services)
    {
        services.AddSettings<ResultLimitOptions>(ResultLimitOptions.Section);
        services.AddSettings<CallLimitOptions>(CallLimitOptions.Section);
        services.AddSingleton(provider =>
            new LiveCatalogue(new(provider.GetRequiredService<OfferedToolsets>().All, provider.GetRequiredService<ToolFiles>().Load())));
        services.AddSettings<TelemetryOptions>(TelemetryOptions.Section);
        services.AddSingleton<ToolTelemetry>();
        services.AddSingleton<CallLimits>();
        services.AddSingleton<ToolInvoker>();
        return services;
    }
}
