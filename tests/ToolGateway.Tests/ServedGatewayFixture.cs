using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>The gateway in this process on a port of loopback, for what a client sees of connections and for clients in other processes.</summary>
public sealed class ServedGatewayFixture : GatewayFixture
{
    private const string Anywhere = "http://127.0.0.1:0";

    public ServedGatewayFixture() => UseKestrel();

    /// <summary>Starts the gateway, the first time.</summary>
    /// <returns>Where its HTTP/1.1 endpoint is.</returns>
    public Uri Start()
    {
        StartServer();
        // In the order of the names of the endpoints: Grpc, Http.
        return new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last());
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Kestrel:Endpoints:Grpc:Url", Anywhere);
        builder.UseSetting("Kestrel:Endpoints:Http:Url", Anywhere);
        builder.ConfigureTestServices(services => services.AddSingleton<IToolset, ConformanceToolset>());
    }
}
