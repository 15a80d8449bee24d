using ModelContextProtocol.Protocol;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Protocols.Mcp;
using Runtime.ToolGateway.Protocols.Native;

namespace Runtime.ToolGateway.Protocols;

/// <summary>The protocols that the catalogue is offered over.</summary>
public static class ProtocolExtensions
{
    private const string McpPath = "/mcp";
    private const string ToolsetInPath = "toolset";

    public static IServiceCollection AddMcpProtocol(this IServiceCollection services)
    {
        services.AddOptions<McpOptions>().BindConfiguration(McpOptions.Section);
        services.AddSingleton<ForeignCallerGuard>();
        services.AddSingleton<McpToolHandlers>();
        services
            .AddMcpServer(server => server.ServerInfo = new Implementation
            {
                Name = "runtime-tool-gateway",
                Version = typeof(ProtocolExtensions).Assembly.GetName().Version!.ToString(3),
            })
            .WithHttpTransport(transport =>
            {
                // No call depends on the one before it, so any replica can answer, and a restart is not noticed.
                transport.Stateless = true;
                transport.ConfigureSessionOptions = (context, server, _) =>
                {
                    context.RequestServices.GetRequiredService<McpToolHandlers>().Serve(server, context.GetRouteValue(ToolsetInPath) as string, context);
                    return Task.CompletedTask;
                };
            });
        return services;
    }

    /// <summary>Maps <c>runtime.tools.v1.Tools</c>.</summary>
    public static WebApplication MapNativeProtocol(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        app.MapGrpcService<NativeToolsService>();
        return app;
    }

    /// <summary>Maps <c>/mcp</c> with all tools and <c>/mcp/{toolset}</c> with one toolset.</summary>
    public static WebApplication MapMcpProtocol(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        app.UseWhen(context => context.Request.Path.StartsWithSegments(McpPath, StringComparison.Ordinal), mcp => mcp.Use(GuardAsync));
        app.MapMcp($"{McpPath}/{{{ToolsetInPath}?}}");
        return app;
    }

    private static Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (context.RequestServices.GetRequiredService<ForeignCallerGuard>().Refusal(context.Request) is { } refusal)
        {
            return Results.Problem(refusal, statusCode: StatusCodes.Status403Forbidden, title: "FOREIGN_CALLER").ExecuteAsync(context);
        }

        var catalogue = context.RequestServices.GetRequiredService<LiveCatalogue>().Current;
        return context.GetRouteValue(ToolsetInPath) is string toolset && catalogue.InToolset(toolset) is null
            ? Results.Problem(
                $"There is no toolset '{toolset}'. Fix: use one of {string.Join(", ", catalogue.ToolsetNames)}, or {McpPath} for all tools.",
                statusCode: StatusCodes.Status404NotFound,
                title: "TOOLSET_NOT_FOUND").ExecuteAsync(context)
            : next(context);
    }
}
