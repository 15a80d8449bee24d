using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Plugins;

namespace Runtime.ToolGateway.Tests;

/// <summary>The gateway with tools that wait, ask and change the catalogue.</summary>
public sealed class McpFixture : GatewayFixture
{
    public HoldingToolset Holding { get; } = new();

    /// <summary>Gets how each call ended, in order.</summary>
    public ConcurrentQueue<string> Outcomes { get; } = new();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureTestServices(services => services.AddSingleton<IToolset>(Holding).AddSingleton<IToolset, ConformanceToolset>().AddSingleton<IToolPlugin>(new Recorder(Outcomes)));
    }

    private sealed class Recorder(ConcurrentQueue<string> outcomes) : IToolPlugin
    {
        public string Name => "recorder";

        public void Ended(ToolCall call, ToolOutcome outcome) => outcomes.Enqueue($"{call.Tool.Name}: {outcome.Code}");
    }
}
