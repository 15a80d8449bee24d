using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runtime.Benchmarks.Load;

namespace Runtime.Benchmarks.Bare;

/// <summary>A gRPC service that does a floor's work and nothing else, as a process of its own: the price of any service between a client and a database.</summary>
/// <remarks>
/// It takes the requests of this repository's services and gives their answers, so that the same client calls it. It checks nothing, keeps no
/// state and promises nothing that they promise. It is this program, started by <see cref="StartAsync"/>; its runtime has the settings of the services'.
/// </remarks>
internal static class BareService
{
    /// <summary>The name for tables.</summary>
    public const string Name = "bare gRPC service";

    /// <summary>The word on the command line, for <see cref="StartAsync"/> and nobody else.</summary>
    public const string Word = "bare-service";

    private const string Database = "bare";

    /// <summary>Starts the process on a database that has the floor's tables.</summary>
    public static Task<ServiceProcess> StartAsync(string database, CancellationToken cancellationToken) => ServiceProcess.StartAsync(
        typeof(BareService).Assembly.GetName().Name!,
        new Dictionary<string, string>
        {
            [$"ConnectionStrings__{Database}"] = database,
            ["Kestrel__Endpoints__Grpc__Protocols"] = "Http2",
        },
        cancellationToken,
        Word);

    /// <summary>Is that process, until it is ended.</summary>
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // As the services: a line for each call is not what is measured.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var source = FloorConnections.Open(builder.Configuration.GetConnectionString(Database)!);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new BareTools(source));
        builder.Services.AddSingleton(new BareSessions(new(source)));

        await using var app = builder.Build();
        app.MapGet("/health", () => Results.Ok());
        app.MapGrpcService<BareTools>();
        app.MapGrpcService<BareSessions>();
        await app.RunAsync();
    }
}
