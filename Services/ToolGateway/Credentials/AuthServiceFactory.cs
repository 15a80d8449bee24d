namespace Runtime.ToolGateway.Credentials;

/// <summary>Makes the auth services that a Toolbox file declares.</summary>
internal sealed class AuthServiceFactory(IHttpClientFactory http, TimeProvider time, ILogger<AuthServiceFactory> logger)
{
    internal const string HttpClientName = "token-issuer";

    // Google's tokens name it with and without the scheme: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
    private const string GoogleAlias = "accounts.google.com";

    private static readonly Uri GoogleServer = new("https://accounts.google.com");

    /// <summary>Makes a service of kind <c>google</c>: ID tokens of Google for one client.</summary>
    /// <param name="name">Name of the service.</param>
    /// <param name="clientId">OAuth client id, the audience of the tokens.</param>
    public IAuthService Google(string name, string clientId) => Google(name, clientId, GoogleServer);

    /// <summary>Makes a service of kind <c>generic</c>: tokens of any issuer with OpenID Connect discovery.</summary>
    /// <param name="name">Name of the service.</param>
    /// <param name="audience">The audience of the tokens.</param>
    /// <param name="authorizationServer">Address under which <c>/.well-known/openid-configuration</c> is.</param>
    public IAuthService Generic(string name, string audience, Uri authorizationServer)
    {
        ArgumentNullException.ThrowIfNull(authorizationServer);

        if (authorizationServer.Scheme != Uri.UriSchemeHttps && !authorizationServer.IsLoopback)
        {
            ToolGatewayLog.IssuerWithoutTls(logger, name);
        }

        return new OpenIdAuthService(name, audience, Issuer(authorizationServer), alias: null, time);
    }

    internal IAuthService Google(string name, string clientId, Uri server) =>
        new OpenIdAuthService(name, clientId, Issuer(server), GoogleAlias, time);

    private OpenIdIssuer Issuer(Uri server) => new(server, http.CreateClient(HttpClientName), time);
}
