using Runtime.ServiceDefaults.Settings;
using Runtime.ToolGateway.Plugins;

namespace Runtime.ToolGateway.Catalogue;

public static class CatalogueExtensions
{
    /// <summary>Adds the catalogue and what calls its tools. Which tools there are is decided in <see cref="Toolsets.ToolsetRegistration"/>.</summary>
    public static IServiceCollection AddToolCatalogue(this IServiceCollection services)
    {
        services.AddSettings<ResultLimitOptions>(ResultLimitOptions.Section);
        services.AddSettings<CallLimitOptions>(CallLimitOptions.Section);
        services.AddSingleton(provider => new LiveCatalogue(new(provider.GetServices<IToolset>(), DeclaredTools.None)));
        services.AddSingleton<CallLimits>();
        services.AddSingleton<PluginChain>();
        services.AddSingleton<ToolInvoker>();
        return services;
    }
}
