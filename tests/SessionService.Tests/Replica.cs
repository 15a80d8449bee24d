using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runtime.SessionService.Watch;
using Runtime.Storage;
using Runtime.Storage.Dialects.InMemory;

namespace Runtime.SessionService.Tests;

/// <summary>A service in front of a store that a test holds, so that several of them are replicas of each other.</summary>
internal sealed class Replica(ISessionStore store, params (string Name, string Value)[] settings) : SessionServiceHost
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = settings
        .Append(("ConnectionStrings:sessions", "memory://"))
        .ToDictionary(setting => setting.Item1, setting => setting.Item2);

    /// <summary>Gets what is given the service's log.</summary>
    public ILoggerProvider? Log { get; init; }

    /// <summary>Returns a database in memory, for one or several replicas.</summary>
    public static ISessionStore NewDatabase() => new InMemorySessionStore(TimeProvider.System, new StorageLimits());

    /// <summary>Listens on a port of loopback, instead of taking calls without a socket.</summary>
    /// <returns>The address of the gRPC endpoint.</returns>
    public Uri Listen()
    {
        UseKestrel();
        StartServer();
        // In the order of the names of the endpoints: Grpc, Http.
        return new(Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0");
        builder.UseSetting("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0");
    }

    protected override void ConfigureServices(IServiceCollection services)
    {
        services.AddSingleton<ISessionStore>(provider => new PublishingSessionStore(
            store, provider.GetRequiredService<SessionHub>(), provider.GetRequiredService<SessionMetrics>()));
        if (Log is not null)
        {
            services.AddSingleton(Log);
        }
    }
}
