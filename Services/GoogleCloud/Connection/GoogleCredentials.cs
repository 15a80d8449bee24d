using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Logging;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Application Default Credentials: found at the first call that needs them, renewed by the library, shared by all clients.</summary>
/// <remarks>
/// The search is ours because the library's own remembers a miss for the life of the process and may wait long for a metadata server
/// that is not there. Rules: https://google.aip.dev/auth/4110.
/// </remarks>
public sealed class GoogleCredentials(GoogleCloudOptions options, TimeProvider time, ILogger<GoogleCredentials> logger) : IDisposable
{
    private const string Login = "gcloud auth application-default login";
    private const string Scope = "https://www.googleapis.com/auth/cloud-platform";

    // Off Google Cloud nobody answers at the metadata address, so this is what the first call pays.
    private static readonly TimeSpan MetadataPatience = TimeSpan.FromSeconds(1.5);

    // A miss is asked again after this long, so that logging in helps without a restart.
    private static readonly TimeSpan MissLifetime = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _search = new(1, 1);
    private readonly HttpClient _metadata = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = MetadataPatience };
    private GoogleCredential? _found;
    private Miss? _miss;
    private long _missedAt;

    /// <summary>Returns the headers that authenticate one request: <c>authorization</c>, and <c>x-goog-user-project</c> where quota is counted elsewhere.</summary>
    /// <exception cref="NotConfiguredException">No credentials were found, or the file that should hold them is absent or unusable.</exception>
    /// <exception cref="UnauthenticatedException">There are credentials, and they no longer give a token.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> HeadersAsync(GoogleProduct product, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(product);

        var credential = await FindAsync(product, cancellationToken);
        try
        {
            var token = await ((ITokenAccessWithHeaders)credential).GetAccessTokenWithHeadersForRequestAsync(
                $"https://{product.Host}", cancellationToken);
            List<KeyValuePair<string, string>> headers = [new("authorization", $"Bearer {token.AccessToken}")];
            if (options.QuotaProject is { } project)
            {
                headers.Add(new("x-goog-user-project", project));
            }
            else
            {
                headers.AddRange(token.Headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), string.Join(',', header.Value))));
            }

            return headers;
        }
        catch (HttpRequestException error)
        {
            throw new UnavailableException(
                $"Google's token endpoint does not answer, so {product.Name} has no token. Fix: curl -sS https://oauth2.googleapis.com/token shows whether this machine reaches it.", inner: error);
        }
        catch (Google.Apis.Auth.OAuth2.Responses.TokenResponseException error)
        {
            GoogleCloudLog.TokenRefused(logger, product.Name, error);
            throw new UnauthenticatedException(
                $"Google no longer accepts the login that {product.Name} uses. Fix: {Login}", "CREDENTIALS_EXPIRED", error);
        }
    }

    public void Dispose()
    {
        _metadata.Dispose();
        _search.Dispose();
    }

    private async Task<GoogleCredential> FindAsync(GoogleProduct product, CancellationToken cancellationToken)
    {
        if (_found is { } found)
        {
            return found;
        }

        await _search.WaitAsync(cancellationToken);
        try
        {
            if (_found is not null)
            {
                return _found;
            }

            if (_miss is null || time.GetElapsedTime(_missedAt) >= MissLifetime)
            {
                (_found, _miss) = await SearchAsync(cancellationToken);
                _missedAt = time.GetTimestamp();
            }

            return _found ?? throw _miss!.ToException(product);
        }
        finally
        {
            _search.Release();
        }
    }

    private async Task<(GoogleCredential? Found, Miss? Miss)> SearchAsync(CancellationToken cancellationToken)
    {
        if (options.AccessToken is { } token)
        {
            return (GoogleCredential.FromAccessToken(token), null);
        }

        if (options.CredentialsFile is { } named)
        {
            return File.Exists(named)
                ? await ReadAsync(named, cancellationToken)
                : (null, new(
                    "CREDENTIALS_FILE_MISSING",
                    _ => $"GOOGLE_APPLICATION_CREDENTIALS names '{named}', and there is no such file.",
                    "unset GOOGLE_APPLICATION_CREDENTIALS"));
        }

        var wellKnown = Path.Combine(options.CloudSdkDirectory, "application_default_credentials.json");
        if (File.Exists(wellKnown))
        {
            return await ReadAsync(wellKnown, cancellationToken);
        }

        return await RunsOnGoogleCloudAsync(cancellationToken)
            ? (GoogleCredential.FromComputeCredential(), null)
            : (null, new(
                "CREDENTIALS_NOT_FOUND",
                product => $"No Google credentials were found, and {product.EmulatorVariable} names no emulator.",
                Login));
    }

    private static async Task<(GoogleCredential? Found, Miss? Miss)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var json = await File.ReadAllTextAsync(path, cancellationToken);
            using var document = JsonDocument.Parse(json);
            var type = document.RootElement.GetProperty("type").GetString() ?? "";
            return (CredentialFactory.FromJson(json, type).CreateScoped(Scope), null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return (null, new("CREDENTIALS_FILE_INVALID", _ => $"The credentials file '{path}' cannot be used.", Login));
        }
    }

    private async Task<bool> RunsOnGoogleCloudAsync(CancellationToken cancellationToken)
    {
        if (options.MetadataHost is not { } host)
        {
            return false;
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}/");
            request.Headers.Add("Metadata-Flavor", "Google");
            using var response = await _metadata.SendAsync(request, cancellationToken);
            // Other clouds answer at the same address, without this header.
            return response.Headers.TryGetValues("Metadata-Flavor", out var flavors) && flavors.Contains("Google");
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Why nothing was found. Remembered for all products, and told to each caller about its own.</summary>
    private sealed record Miss(string Code, Func<GoogleProduct, string> Missing, string Fix)
    {
        public NotConfiguredException ToException(GoogleProduct product) => new(product.Name, Code, Missing(product), Fix);
    }
}
