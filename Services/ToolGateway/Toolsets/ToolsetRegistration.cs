using Runtime.ServiceDefaults.Settings;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Toolsets.Bigtable;
using Runtime.ToolGateway.Toolsets.PubSub;
using Runtime.ToolGateway.Toolsets.Spanner;

namespace Runtime.ToolGateway.Toolsets;

/// <summary>The toolsets of the gateway. Adding one is a folder beside this file, and a line here.</summary>
public static class ToolsetRegistration
{
    public static IServiceCollection AddToolsets(this IServiceCollection services) => services
        .AddToolset<BigtableToolset, BigtableToolsOptions>(BigtableToolsOptions.Section)
        .AddToolset<PubSubToolset, PubSubToolsOptions>(PubSubToolsOptions.Section)
        .AddToolset<SpannerToolset, SpannerToolsOptions>(SpannerToolsOptions.Section)
        .AddOfferedToolsets();

    private static IServiceCollection AddOfferedToolsets(this IServiceCollection services)
    {
        services.AddSettings<ToolsetOptions>(ToolsetOptions.Section);
        return services.AddSingleton<OfferedToolsets>();
    }

    private static IServiceCollection AddToolset<TToolset, TOptions>(this IServiceCollection services, string section)
        where TToolset : class, IToolset
        where TOptions : class
    {
        services.AddSettings<TOptions>(section, binder => binder.ErrorOnUnknownConfiguration = true);
        return services.AddSingleton<IToolset, TToolset>();
    }
}
