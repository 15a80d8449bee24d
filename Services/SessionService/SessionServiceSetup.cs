using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Runtime.Bootstrap;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults;
using Runtime.ServiceDefaults.Errors;
using Runtime.ServiceDefaults.Settings;
using Runtime.SessionService.Rewind;
using Runtime.SessionService.Vertex;
using Runtime.SessionService.Watch;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>What Program.cs names: settings and storage of this service.</summary>
internal static class SessionServiceSetup
{
    // Ids, field tags and the other fields of a request, beside the JSON of its events.
    private const int RequestHeadroom = 1024 * 1024;

    public static void AddSessionSettings(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<SessionOptions>(SessionOptions.Section);
        builder.Services.AddOptions<GrpcServiceOptions>().Configure<IOptions<SessionOptions>>((grpc, limits) =>
            grpc.MaxReceiveMessageSize = Math.Max(EventLimits.MaxRequestBytes(limits.Value), limits.Value.MaxBatchBytes) + RequestHeadroom);
    }

    /// <summary>Adds the session database, and what tells whether it works.</summary>
    /// <returns>What replaces the clients that the store is opened with.</returns>
    public static BootstrapBuilder AddSessionStore(this WebApplicationBuilder builder)
    {
        var bootstrap = builder.Services.AddBootstrap(IntegrationCatalogue.BuiltIn.For(static entry => entry is SessionDatabaseIntegration));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<SessionMetrics>();
        builder.Services.AddSingleton<SessionRewinder>();
        builder.Services.AddSingleton<EventWriting>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<SessionReadsGrpcService>, SessionReadMethods>());
        // By factory, so that the container disposes it, and with it the connections. A command has no watchers to tell.
        builder.Services.AddSingleton(services => Open(services) is var store && services.GetService<SessionHub>() is { } hub
            ? new PublishingSessionStore(store, hub, services.GetRequiredService<SessionMetrics>())
            : store);
        builder.Services.AddHealthChecks().AddCheck<SessionStoreHealthCheck>("sessions-db");
        builder.Services.AddExceptionTranslator<StorageExceptionTranslator>();
        return bootstrap;
    }

    /// <summary>Maps the native API.</summary>
    public static void MapSessions(this WebApplication app)
    {
        app.MapGrpcService<SessionsGrpcService>();
        SessionReadMethods.Map(app);
    }

    /// <summary>Opens the store now: an address that cannot work must stop the start. It does not connect yet.</summary>
    public static void OpenSessionStore(this WebApplication app) => app.Services.GetRequiredService<ISessionStore>();

    private static ISessionStore Open(IServiceProvider services)
    {
        var database = services.GetRequiredService<SessionDatabase>();
        try
        {
            return database.Open(
                services.GetRequiredService<TimeProvider>(), new() { MaxStateBytes = services.GetRequiredService<IOptions<SessionOptions>>().Value.MaxStateBytes });
        }
        catch (NotConfiguredException error)
        {
            throw new SettingException($"{error.Reason}: {error.Problem}", Setting.VariableOf(database.SettingName), error.Fix, error);
        }
    }
}
