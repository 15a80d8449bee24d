using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using HttpClientFactory = Google.Apis.Http.HttpClientFactory;
using ITokenHttp = Google.Apis.Http.IHttpClientFactory;

namespace Runtime.Smoke.Framework;

/// <summary>In the place of Google's token endpoints, of the metadata server and of Vertex AI: gives a token for what proves an identity, and an answer for a token.</summary>
/// <remarks>
/// Requests and answers: https://developers.google.com/identity/protocols/oauth2/service-account,
/// https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token, https://cloud.google.com/compute/docs/metadata/querying-metadata and
/// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken.
/// </remarks>
internal sealed class TokenServer : IAsyncDisposable
{
    public const string Account = "smoke@recorded.iam.gserviceaccount.com";
    public const string RefreshToken = "refresh-token";
    public const string SubjectToken = "subject-token";
    private const string CloudPlatform = "https://www.googleapis.com/auth/cloud-platform";
    private const string Iam = "https://www.googleapis.com/auth/iam";

    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, string> _identities = new();
    private LocalServer? _server;
    private int _issued;

    public Uri Address => _server!.Address;

    /// <summary>Gets who made the last call of a model, by the token that it came with.</summary>
    public string? LastCaller { get; private set; }

    /// <summary>Gets how long the next tokens are good for, in seconds.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>Gets how many tokens were given.</summary>
    public int Issued => _issued;

    /// <summary>Gets the private key of the service account, as its file has it.</summary>
    public string PrivateKey => _key.ExportPkcs8PrivateKeyPem();

    public static async Task<TokenServer> StartAsync(CancellationToken cancellationToken)
    {
        var tokens = new TokenServer();
        tokens._server = await LocalServer.StartAsync(tokens.AnswerAsync, cancellationToken);
        return tokens;
    }

    /// <summary>Makes clients that send to this server what is meant for Google's fixed addresses.</summary>
    public ITokenHttp Clients() => new Redirected(Address);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var answer = (request.Method, request.Path.Value!) switch
        {
            ("POST", "/token") => await TokenAsync(await request.ReadFormAsync(context.RequestAborted)),
            ("POST", "/v1/token") => Federated(await request.ReadFormAsync(context.RequestAborted)),
            ("GET", "/subject") when request.Headers["x-subject"] == "smoke" => $$"""{"value":"{{SubjectToken}}"}""",
            ("POST", $"/v1/projects/-/serviceAccounts/{Account}:generateAccessToken") when CallerOf(request) is { } caller =>
                $$"""{"accessToken":"{{Issue($"{caller} as {Account}")}}","expireTime":"{{DateTime.UtcNow.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}}"}""",
            ("GET", "/computeMetadata/v1/instance/service-accounts/default/email") => Metadata(context, () => Account),
            ("GET", "/computeMetadata/v1/instance/service-accounts/default/token") => Metadata(context, () => Token("machine")),
            ("POST", var path) when path.EndsWith(":generateContent", StringComparison.Ordinal) && CallerOf(request) is { } caller => Answered(caller),
            _ => null,
        };
        context.Response.StatusCode = answer is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK;
        await context.Response.WriteAsync(answer ?? """{"error":"invalid_grant"}""", context.RequestAborted);
    }

    private async Task<string?> TokenAsync(IFormCollection form) => form["grant_type"].ToString() switch
    {
        "refresh_token" when form["refresh_token"] == RefreshToken => Token("user"),
        "urn:ietf:params:oauth:grant-type:jwt-bearer" when await IsSignedAsync(form["assertion"]!) => Token("key"),
        _ => null,
    };

    private string? Federated(IFormCollection form) =>
        form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange" && form["subject_token"] == SubjectToken && form["scope"] == CloudPlatform ? Token("federated") : null;

    private async Task<bool> IsSignedAsync(string assertion)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(assertion, new()
        {
            IssuerSigningKey = new RsaSecurityKey(_key),
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidIssuer = Account,
            // Also where the key's file names another address to ask.
            ValidAudience = "https://oauth2.googleapis.com/token",
        });
        // Google's library asks for the second where the token only serves to act as another account.
        return result.IsValid && result.Claims["scope"] is (CloudPlatform or Iam);
    }

    private static string? Metadata(HttpContext context, Func<string> answer)
    {
        context.Response.Headers["Metadata-Flavor"] = "Google";
        return context.Request.Headers["Metadata-Flavor"] == "Google" ? answer() : null;
    }

    private string Answered(string caller)
    {
        LastCaller = caller;
        return """{"candidates":[{"content":{"role":"model","parts":[{"text":"pong"}]},"finishReason":"STOP"}]}""";
    }

    private string Token(string identity) =>
        $$"""{"access_token":"{{Issue(identity)}}","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":{{Lifetime}},"token_type":"Bearer"}""";

    private string Issue(string identity)
    {
        var token = $"token-{Interlocked.Increment(ref _issued)}";
        _identities[token] = identity;
        return token;
    }

    private string? CallerOf(HttpRequest request) => _identities.GetValueOrDefault(request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal));

    private sealed class Redirected(Uri to) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(Google.Apis.Http.CreateHttpClientArgs args) => new ToTest(to) { InnerHandler = new SocketsHttpHandler() };

        private sealed class ToTest(Uri to) : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.RequestUri = new Uri(to, request.RequestUri!.PathAndQuery);
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}
