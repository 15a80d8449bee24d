using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults;
using Runtime.ServiceDefaults.Errors;
using Runtime.ServiceDefaults.Settings;
using Runtime.SessionService.Rewind;
using Runtime.SessionService.Vertex;
using Runtime.SessionService.Watch;
using Runtime.Storage;
using Runtime.Storage.Connections;
using Runtime.Storage.Dialects;

namespace Runtime.SessionService;

/// <summary>What Program.cs names: settings and storage of this service.</summary>
internal static class SessionServiceSetup
{
    /// <summary>The connection string that says where sessions are kept.</summary>
    public const string ConnectionName = "sessions";

    // Ids, field tags and the other fields of a request, beside the JSON of its events.
    private const int RequestHeadroom = 1024 * 1024;

    public static void AddSessionSettings(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings<SessionOptions>(SessionOptions.Section);
        builder.Services.AddOptions<GrpcServiceOptions>().Configure<IOptions<SessionOptions>>((grpc, limits) =>
            grpc.MaxReceiveMessageSize = Math.Max(EventLimits.MaxRequestBytes(limits.Value), limits.Value.MaxBatchBytes) + RequestHeadroom);
    }

    /// <param name="more">Dialects beside the built-in ones; they win where two claim one scheme.</param>
    public static void AddSessionStore(this WebApplicationBuilder builder, params IReadOnlyList<IStorageDialect> more)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<SessionMetrics>();
        builder.Services.AddSingleton<SessionRewinder>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<SessionReadsGrpcService>, SessionReadMethods>());
        // By factory, so that the container disposes it, and with it the connections. A command has no watchers to tell.
        builder.Services.AddSingleton(services => Open(services, StorageDialects.BuiltIn.With(more)) is var store && services.GetService<SessionHub>() is { } hub
            ? new PublishingSessionStore(store, hub, services.GetRequiredService<SessionMetrics>())
            : store);
        builder.Services.AddHealthChecks().AddCheck<SessionStoreHealthCheck>("sessions-db");
        builder.Services.AddExceptionTranslator<StorageExceptionTranslator>();
    }

    /// <summary>Maps the native API.</summary>
    public static void MapSessions(this WebApplication app)
    {
        app.MapGrpcService<SessionsGrpcService>();
        SessionReadMethods.Map(app);
    }

    /// <summary>Opens the store now: an address that cannot work must stop the start. It does not connect yet.</summary>
    public static void OpenSessionStore(this WebApplication app) => app.Services.GetRequiredService<ISessionStore>();

    private static ISessionStore Open(IServiceProvider services, StorageDialects dialects)
    {
        const string setting = $"ConnectionStrings:{ConnectionName} (variable ConnectionStrings__{ConnectionName})";
        var configuration = services.GetRequiredService<IConfiguration>();
        var address = configuration.GetConnectionString(ConnectionName);
        if (string.IsNullOrWhiteSpace(address))
        {
            throw new SettingException(
                problem: "SESSION_DB_NOT_CONFIGURED: no session database is named.",
                setting: setting,
                fix: $"export ConnectionStrings__{ConnectionName}=sqlite:///./sessions.db");
        }

        try
        {
            return dialects.Open(address, new()
            {
                Time = services.GetRequiredService<TimeProvider>(),
                Configuration = configuration,
                Loggers = services.GetRequiredService<ILoggerFactory>(),
                Limits = new() { MaxStateBytes = services.GetRequiredService<IOptions<SessionOptions>>().Value.MaxStateBytes },
            });
        }
        catch (ConnectionUrlException error)
        {
            throw new SettingException($"SESSION_DB_URL_INVALID: {error.Problem}", setting, error.Fix, error);
        }
    }
}
