using Runtime.ServiceDefaults.Settings;

namespace Runtime.ToolGateway.Catalogue;

public static class CatalogueExtensions
{
    /// <summary>Adds the catalogue and what calls its tools. Which tools there are is decided in <see cref="Toolsets.ToolsetRegistration"/>.</summary>
    public static IServiceCollection AddToolCatalogue(this IServiceCollection services)
    {
        services.AddSettings<ResultLimitOptions>(ResultLimitOptions.Section);
        services.AddSingleton<ToolCatalogue>();
        services.AddSingleton<ToolInvoker>();
        return services;
    }
}
