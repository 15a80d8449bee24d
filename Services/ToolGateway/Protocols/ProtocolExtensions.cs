using ModelContextProtocol.AspNetCore;
using Runtime.ServiceDefaults.Settings;
using Runtime.ToolGateway.Protocols.Mcp;
using Runtime.ToolGateway.Protocols.Native;

namespace Runtime.ToolGateway.Protocols;

/// <summary>The protocols that the catalogue is offered over.</summary>
public static class ProtocolExtensions
{
    private const string McpPath = "/mcp";

    public static IServiceCollection AddMcpProtocol(this IServiceCollection services)
    {
        services.AddSettings<McpOptions>(McpOptions.Section);
        services.AddHttpContextAccessor();
        services.AddSingleton<ForeignCallerGuard>();
        services.AddSingleton<McpToolLists>();
        services.AddSingleton<McpSessions>();
        services.AddSingleton<ApprovalState>();
        services.AddSingleton<McpCalls>();
        services.AddSingleton<McpMethods>();
        services.AddSingleton<McpEndpoint>();
        services.AddSingleton<McpServerSetup>();
        services
            .AddMcpServer(server => server.ServerInfo = McpServerIdentity.Implementation)
            .WithHttpTransport(transport =>
            {
                transport.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
                transport.ConfigureSessionOptions = (context, server, _) =>
                {
                    context.RequestServices.GetRequiredService<McpServerSetup>().Configure(server, context);
                    return Task.CompletedTask;
                };
#pragma warning disable MCPEXP002 // The package says that this callback may change; it is the only one that says when a session ends.
                transport.RunSessionHandler = (context, server, cancellationToken) =>
                    context.RequestServices.GetRequiredService<McpSessions>().RunAsync(server, cancellationToken);
#pragma warning restore MCPEXP002
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

        var endpoint = app.Services.GetRequiredService<McpEndpoint>();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(McpPath, StringComparison.Ordinal), mcp => mcp.Use(endpoint.InvokeAsync));
        app.MapMcp($"{McpPath}/{{{McpEndpoint.ToolsetInPath}?}}");
        return app;
    }
}
