using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Gemini;

namespace Runtime.Bootstrap;

/// <summary>The typed clients of the integrations.</summary>
internal static class WiredClients
{
    /// <summary>Adds those that are not there, and nothing else.</summary>
    public static IServiceCollection AddClients(this IServiceCollection services)
    {
        services.AddGoogleCloud();
        services.TryAddSingleton(provider => new GeminiClient(() => Connect(
            provider.GetRequiredService<SettingsSnapshot>(), provider.GetRequiredService<GoogleRestConnections>())));
        return services;
    }

    private static GeminiConnection Connect(SettingsSnapshot settings, GoogleRestConnections connections) => GeminiVertexIntegration.IsOn(settings)
        ? new GeminiVertexIntegration().Connect(settings, connections.Open)
        : new GeminiDeveloperIntegration().Connect(settings, connections.Open);
}
