using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Bigtable.Sql;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.PubSub;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.GoogleCloud;

public static class GoogleCloudExtensions
{
    /// <summary>Adds the wire clients. None of them connects, or looks for credentials, before its first call.</summary>
    public static IServiceCollection AddGoogleCloud(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => GoogleCloudOptions.From(provider.GetRequiredService<IConfiguration>()));
        services.TryAddSingleton<GoogleCredentials>();
        services.TryAddSingleton<GoogleChannels>();
        services.TryAddSingleton<GoogleConnections>();
        services.TryAddSingleton<GoogleRestConnections>();

        services.TryAddSingleton(provider => new PubSubClient(Connect(provider, PubSubClient.Product)));
        services.TryAddSingleton(provider => new PubSubSubscriber(
            Connect(provider, PubSubClient.Product), provider.GetRequiredService<PubSubClient>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new SpannerClient(Connect(provider, SpannerClient.Product), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new SpannerAdminClient(Connect(provider, SpannerClient.Product)));
        services.TryAddSingleton(provider => new BigtableClient(Connect(provider, BigtableClient.Product), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new BigtableSqlClient(Connect(provider, BigtableClient.Product)));
        services.TryAddSingleton(provider => new BigtableAdminClient(Connect(provider, BigtableAdminClient.Product)));
        return services;
    }

    private static GoogleConnection Connect(IServiceProvider provider, GoogleProduct product) =>
        provider.GetRequiredService<GoogleConnections>().Open(product);
}
