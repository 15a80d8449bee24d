using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Readiness;
using Runtime.Bootstrap.Settings;

namespace Runtime.Bootstrap;

/// <summary>From the environment to wired clients, in one call.</summary>
public static class BootstrapExtensions
{
    /// <summary>Adds the settings snapshot, the typed clients and the doctor. Nothing connects, or looks for credentials, before its first call.</summary>
    /// <param name="catalogue">The integrations, and which of them the program uses; <see langword="null"/> for all of this product.</param>
    public static BootstrapBuilder AddBootstrap(this IServiceCollection services, IntegrationCatalogue? catalogue = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddClients();
        services.AddSingleton(catalogue ?? IntegrationCatalogue.BuiltIn);
        services.TryAddSingleton(provider => SettingsSnapshot.Read(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IntegrationCatalogue>()));
        services.TryAddSingleton<Preflight>();
        services.TryAddSingleton<Doctor>();
        services.TryAddSingleton<ReadinessReports>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SettingsAtStart>());
        return new(services);
    }

    /// <summary>Maps <c>runtime.bootstrap.v1.Readiness</c>, and the same report at <c>/doctor</c>: status 200 when all that is configured works, else 503.</summary>
    public static IEndpointRouteBuilder MapReadiness(this IEndpointRouteBuilder app)
    {
        app.MapGrpcService<ReadinessGrpcService>();
        app.MapGet("/doctor", static async (string[]? only, double? timeout, ReadinessReports reports, CancellationToken cancellationToken) =>
        {
            var report = await reports.GetAsync(only ?? [], timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null, cancellationToken);
            return Results.Text(Answers.Json(report), "application/json", statusCode: report.Works ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
        return app;
    }

    /// <summary>Reads the settings before anything starts, so that a misspelt key stops the start.</summary>
    private sealed class SettingsAtStart(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = services.GetRequiredService<SettingsSnapshot>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
