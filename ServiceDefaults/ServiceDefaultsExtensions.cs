using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ServiceDefaults;

/// <summary>What each service gets in one call.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Health checks with this tag decide <c>/alive</c>; all checks together decide <c>/health</c>.</summary>
    public const string LiveTag = "live";

    /// <summary>How long a service may finish what it has begun after SIGTERM, before it is cut off.</summary>
    public static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(10);

    /// <summary>Adds telemetry, health, service discovery, HTTP resilience, gRPC with reflection, and the error mapping.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownGrace);

        AddTelemetry(builder);
        AddErrors(builder.Services);

        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<GrpcErrorInterceptor>());
        builder.Services.AddGrpcReflection();

        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.Services.AddGrpcHealthChecks();
        // The gRPC health service reads published results; a stale "healthy" of 30 s would outlive a dead database.
        builder.Services.Configure<HealthCheckPublisherOptions>(publish =>
        {
            publish.Delay = TimeSpan.Zero;
            publish.Period = TimeSpan.FromSeconds(5);
        });

        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });

        return builder;
    }

    /// <summary>Maps <c>/health</c>, <c>/alive</c>, grpc.health.v1 and gRPC reflection, and answers failures with problem JSON.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapHealthChecks("/health", new() { ResponseWriter = HealthReportWriter.WriteAsync });
        app.MapHealthChecks("/alive", new() { Predicate = check => check.Tags.Contains(LiveTag), ResponseWriter = HealthReportWriter.WriteAsync });
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
        return app;
    }

    /// <summary>Adds a translator of one library's failures. Order does not matter: each knows its own.</summary>
    public static IServiceCollection AddExceptionTranslator<T>(this IServiceCollection services)
        where T : class, IExceptionTranslator
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IExceptionTranslator, T>());
        return services;
    }

    private static void AddErrors(IServiceCollection services)
    {
        services.AddSingleton<ErrorTranslation>();
        services.AddSingleton<GrpcErrorInterceptor>();
        services.AddProblemDetails();
        services.AddExceptionHandler<ProblemExceptionHandler>();
    }

    private static void AddTelemetry(WebApplicationBuilder builder)
    {
        // One event, one line: the lines of several services are read side by side.
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // Each attempt of each request, those of the telemetry exporter included, is news only when something goes wrong.
        builder.Logging.AddFilter("Polly", LogLevel.Warning);
        // A client that ends a stream is told of with a stack trace, at Information; what fails is told of at Error.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);

        // Without a collector there is nobody to read it: the exporter would retry into the void, and each call would pay for spans and
        // measurements that are thrown away.
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            return;
        }

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeScopes = true;
            logs.IncludeFormattedMessage = true;
        });
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Runtime.*", "Npgsql"))
            .WithTracing(tracing => tracing
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsProbe(context.Request.Path))
                .AddGrpcClientInstrumentation()
                .AddHttpClientInstrumentation()
                .AddSource("Runtime.*", "Npgsql"))
            .UseOtlpExporter();
    }

    private static bool IsProbe(Microsoft.AspNetCore.Http.PathString path) =>
        path == "/health" || path == "/alive" || path.StartsWithSegments("/grpc.health.v1.Health");
}
