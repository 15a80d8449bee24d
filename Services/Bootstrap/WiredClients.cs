using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Integrations;
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
        services.TryAddSingleton(provider => new GeminiClient(cancellationToken => ConnectAsync(
            provider.GetRequiredService<Preflight>(), provider.GetRequiredService<GoogleRestConnections>(), cancellationToken)));
        return services;
    }

    private static async Task<GeminiConnection> ConnectAsync(Preflight preflight, GoogleRestConnections connections, CancellationToken cancellationToken) =>
        GeminiVertexIntegration.IsOn(preflight.Settings)
            ? await new GeminiVertexIntegration().ConnectAsync(preflight, connections.Open, cancellationToken)
            : new GeminiDeveloperIntegration().Connect(preflight.Settings, connections.Open);
}
