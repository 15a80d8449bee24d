using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Gemini;
using Runtime.Storage;

namespace Runtime.Bootstrap;

/// <summary>The typed clients of the integrations.</summary>
internal static class WiredClients
{
    /// <summary>Adds those that are not there, and nothing else.</summary>
    public static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.AddGoogleCloud();
        services.TryAddSingleton(StorageDialects.BuiltIn);
        services.TryAddSingleton<SessionDatabase>();
        services.TryAddSingleton(provider => new GeminiClient(cancellationToken => ConnectAsync(provider, cancellationToken)));
        return services;
    }

    private static Task<GeminiConnection> ConnectAsync(IServiceProvider provider, CancellationToken cancellationToken)
    {
        var settings = provider.GetRequiredService<SettingsSnapshot>();
        var connections = provider.GetRequiredService<GoogleRestConnections>();
        return GeminiVertexIntegration.IsOn(settings)
            ? new GeminiVertexIntegration().ConnectAsync(
                settings, connections.Open, provider.GetRequiredService<GoogleCredentials>().ProjectAsync, cancellationToken)
            : Task.FromResult(new GeminiDeveloperIntegration().Connect(settings, connections.Open));
    }
}
