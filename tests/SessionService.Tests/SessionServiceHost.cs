using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Runtime.SessionService.Tests;

/// <summary>The whole service in this process, without a socket, on sessions kept in memory.</summary>
public class SessionServiceHost : WebApplicationFactory<Program>
{
    /// <summary>Gets the settings that differ from the defaults.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["ConnectionStrings:sessions"] = "memory://",
        ["Sessions:MaxEventBytes"] = "2048",
        ["Sessions:MaxStateBytes"] = "1024",
        ["Sessions:MaxBatchEvents"] = "10",
        ["Sessions:MaxBatchBytes"] = "8192",
        ["Sessions:MaxPageSize"] = "5",
        ["Sessions:DefaultPageSize"] = "2",
    };

    public GrpcChannel OpenChannel() => GrpcChannel.ForAddress(Server.BaseAddress, new() { HttpHandler = Server.CreateHandler() });

    public Sessions.V1.Sessions.SessionsClient OpenClient() => new(OpenChannel());

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseSetting("Logging:LogLevel:Default", "Error");
        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureTestServices(ConfigureServices);
    }

    /// <summary>Changes what is in the container.</summary>
    protected virtual void ConfigureServices(IServiceCollection services)
    {
    }
}

/// <summary>The service with a database that nobody started.</summary>
public sealed class SessionServiceWithoutDatabase : SessionServiceHost
{
    // Port 1 is reserved and refuses at once.
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["ConnectionStrings:sessions"] = "postgresql://runtime:hush@127.0.0.1:1/sessions",
    };
}
