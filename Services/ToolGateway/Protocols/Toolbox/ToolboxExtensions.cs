using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Settings;

namespace Runtime.ToolGateway.Protocols.Toolbox;

public static class ToolboxExtensions
{
    public static IServiceCollection AddToolboxProtocol(this IServiceCollection services)
    {
        services.AddSettings<ToolboxOptions>(ToolboxOptions.Section);
        services.AddSingleton<ToolboxProtocol>();
        return services;
    }

    /// <summary>Maps <c>/api/toolset/{name}</c>, <c>/api/tool/{name}</c> and <c>/api/tool/{name}/invoke</c>, unless the setting says no.</summary>
    public static WebApplication MapToolboxProtocol(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        if (app.Services.GetRequiredService<IOptions<ToolboxOptions>>().Value.Enabled)
        {
            var toolbox = app.Services.GetRequiredService<ToolboxProtocol>();
            // As request delegates: nothing of these requests is left to bind.
            app.MapGet($"/api/toolset/{{{ToolboxProtocol.NameInPath}?}}", new RequestDelegate(toolbox.ToolsetAsync));
            app.MapGet($"/api/tool/{{{ToolboxProtocol.NameInPath}}}", new RequestDelegate(toolbox.ToolAsync));
            app.MapPost($"/api/tool/{{{ToolboxProtocol.NameInPath}}}/invoke", new RequestDelegate(toolbox.InvokeAsync));
        }

        return app;
    }
}
