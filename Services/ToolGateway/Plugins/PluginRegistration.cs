using Runtime.ServiceDefaults.Settings;
using Runtime.ToolGateway.Plugins.Approval;
using Runtime.ToolGateway.Plugins.AuditLog;
using Runtime.ToolGateway.Plugins.RateLimit;
using Runtime.ToolGateway.Plugins.ReflectAndRetry;
using Runtime.ToolGateway.Plugins.ResultCache;

namespace Runtime.ToolGateway.Plugins;

/// <summary>The plugins of the gateway, in the order in which their hooks run. Adding one is a folder beside this file, and a line here.</summary>
public static class PluginRegistration
{
    public static IServiceCollection AddPlugins(this IServiceCollection services)
    {
        services
            // First, because a plugin that answers ends its hook: what is audited must not depend on the others.
            .AddPlugin<AuditLogPlugin, AuditLogOptions>(AuditLogOptions.Section)
            .AddPlugin<RateLimitPlugin, RateLimitOptions>(RateLimitOptions.Section)
            .AddPlugin<ApprovalPlugin, ApprovalOptions>(ApprovalOptions.Section)
            .AddPlugin<ResultCachePlugin, ResultCacheOptions>(ResultCacheOptions.Section)
            .AddPlugin<ReflectAndRetryPlugin, ReflectAndRetryOptions>(ReflectAndRetryOptions.Section)
            .AddSingleton<PluginChain>();
        return services.AddHostedService(provider => provider.GetRequiredService<PluginChain>());
    }

    private static IServiceCollection AddPlugin<TPlugin, TOptions>(this IServiceCollection services, string section)
        where TPlugin : class, IToolPlugin
        where TOptions : class
    {
        services.AddSettings<TOptions>(section, binder => binder.ErrorOnUnknownConfiguration = true);
        return services.AddSingleton<IToolPlugin, TPlugin>();
    }
}
