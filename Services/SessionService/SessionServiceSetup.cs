using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;
using Runtime.Storage.Connections;

namespace Runtime.SessionService;

/// <summary>What Program.cs names: settings and storage of this service.</summary>
internal static class SessionServiceSetup
{
    /// <summary>The connection string that says where sessions are kept.</summary>
    public const string ConnectionName = "sessions";

    // Ids, field tags and the other fields of a request, beside the event itself.
    private const int RequestHeadroom = 64 * 1024;

    public static void AddSessionSettings(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SessionOptions>().BindConfiguration(SessionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<GrpcServiceOptions>().Configure<IOptions<SessionOptions>>((grpc, limits) =>
            grpc.MaxReceiveMessageSize = limits.Value.MaxEventBytes + RequestHeadroom);
    }

    public static void AddSessionStore(this WebApplicationBuilder builder)
    {
        // Opened here and not on first use: an address that cannot work must stop the start. It does not connect yet.
        var store = OpenStore(builder.Configuration.GetConnectionString(ConnectionName));

        builder.Services.AddSingleton(TimeProvider.System);
        // By factory, so that the container disposes it, and with it the connections.
        builder.Services.AddSingleton(_ => store);
        builder.Services.AddHealthChecks().AddCheck<SessionStoreHealthCheck>("sessions-db");
        builder.Services.AddExceptionTranslator<StorageExceptionTranslator>();
    }

    private static ISessionStore OpenStore(string? address)
    {
        const string setting = $"ConnectionStrings:{ConnectionName} (variable ConnectionStrings__{ConnectionName})";
        if (string.IsNullOrWhiteSpace(address))
        {
            throw new SettingException(
                problem: "SESSION_DB_NOT_CONFIGURED: no session database is named.",
                setting: setting,
                fix: $"export ConnectionStrings__{ConnectionName}=sqlite:///./sessions.db");
        }

        try
        {
            return StorageDialects.Open(address, TimeProvider.System);
        }
        catch (ConnectionUrlException error)
        {
            throw new SettingException($"SESSION_DB_URL_INVALID: {error.Problem}", setting, error.Fix, error);
        }
    }
}
