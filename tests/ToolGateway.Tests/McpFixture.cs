using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>The gateway with tools that wait, ask and change the catalogue.</summary>
public sealed class McpFixture : GatewayFixture
{
    public HoldingToolset Holding { get; } = new();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddSingleton<IToolset>(Holding).AddSingleton<IToolset, ConformanceToolset>());
    }
}
