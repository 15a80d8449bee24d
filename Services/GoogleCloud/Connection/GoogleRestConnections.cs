namespace Runtime.GoogleCloud.Connection;

/// <summary>Opens connections over HTTP and JSON, with the credentials and the sockets that they share.</summary>
public sealed class GoogleRestConnections(GoogleCredentials credentials) : IDisposable
{
    // Nothing is sent twice: a model may have been paid for its answer before the connection broke.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) }) { Timeout = CallPolicies.Model };

    /// <summary>Opens a connection. It does nothing before its first call.</summary>
    public GoogleRestConnection Open(GoogleProduct product, GoogleEndpoint endpoint) => new(product, endpoint, credentials, _http);

    public void Dispose() => _http.Dispose();
}
