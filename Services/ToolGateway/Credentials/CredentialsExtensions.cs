using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Runtime.ToolGateway.Credentials;

public static class CredentialsExtensions
{
    private const int LargestDocument = 1024 * 1024;

    /// <summary>Adds what verifies the tokens of callers.</summary>
    public static IServiceCollection AddCredentials(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AuthServiceFactory>();
        services.AddHttpClient(AuthServiceFactory.HttpClientName, client => client.MaxResponseContentBufferSize = LargestDocument)
            // Keys come from the address that the operator named, and from no other that it points at.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        return services;
    }
}
