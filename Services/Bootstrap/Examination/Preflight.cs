using Microsoft.Extensions.Configuration;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.Bootstrap.Examination;

/// <summary>What a probe asks with: the settings as they are, and the clients that the services use.</summary>
public sealed class Preflight(
    SettingsSnapshot settings,
    IConfiguration configuration,
    GoogleCloudOptions options,
    GoogleCredentials credentials,
    GoogleConnections connections,
    SpannerClient spanner,
    SessionDatabase sessions) : IDisposable
{
    // Without the retries of the services' clients: a probe says what is now.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) });

    public SettingsSnapshot Settings => settings;

    public IConfiguration Configuration => configuration;

    public GoogleConnections Connections => connections;

    public SpannerClient Spanner => spanner;

    public SessionDatabase Sessions => sessions;

    public HttpClient Http => _http;

    /// <summary>Returns the project that is meant where a call names none; <see langword="null"/> when nothing says one.</summary>
    public Task<string?> ProjectAsync(CancellationToken cancellationToken) => credentials.ProjectAsync(cancellationToken);

    /// <summary>Returns where calls to a product go.</summary>
    public GoogleEndpoint EndpointOf(GoogleProduct product) => options.EndpointOf(product);

    /// <summary>Returns a connection over HTTP and JSON.</summary>
    /// <param name="endpoint">Where it calls; <see langword="null"/> for the product's own endpoint.</param>
    public GoogleRestConnection Rest(GoogleProduct product, GoogleEndpoint? endpoint = null) => new(product, endpoint ?? EndpointOf(product), credentials, _http);

    /// <summary>Returns where a regional product answers in a location: the address of the settings where there is one.</summary>
    /// <param name="location">A region; <c>global</c> has the host without one.</param>
    public GoogleEndpoint Regional(GoogleProduct product, string location)
    {
        ArgumentNullException.ThrowIfNull(product);

        var endpoint = EndpointOf(product);
        return location is "global" || endpoint.Address.Host != product.Host
            ? endpoint
            : new(new Uri($"https://{location}-{product.Host}"), IsEmulator: false);
    }

    public void Dispose() => _http.Dispose();
}
