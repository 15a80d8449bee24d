using System.Net;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;
using Microsoft.Extensions.Logging;
using Runtime.ServiceDefaults.Errors;
using ITokenHttp = Google.Apis.Http.IHttpClientFactory;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Application Default Credentials: found at the first call that needs them, renewed by the library before they end, shared by all clients.</summary>
public sealed class GoogleCredentials : IDisposable
{
    // A miss is asked again after this long, so that logging in helps without a restart.
    private static readonly TimeSpan MissLifetime = TimeSpan.FromSeconds(30);

    private readonly GoogleCloudOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GoogleCredentials> _logger;
    private readonly MetadataServer _metadata;
    private readonly GoogleCredentials? _parent;
    private readonly ITokenHttp? _tokenHttp;
    private readonly CredentialSearch _where;
    private readonly SemaphoreSlim _search = new(1, 1);
    private SearchResult? _last;
    private long _searchedAt;

    public GoogleCredentials(GoogleCloudOptions options, TimeProvider time, ILogger<GoogleCredentials> logger)
        : this(options, time, logger, tokenHttp: null)
    {
    }

    /// <param name="tokenHttp">Makes the clients that ask for tokens; <see langword="null"/> for the library's own.</param>
    internal GoogleCredentials(
        GoogleCloudOptions options, TimeProvider time, ILogger<GoogleCredentials> logger, ITokenHttp? tokenHttp,
        ExplicitCredentials? given = null, GoogleCredentials? parent = null)
    {
        (_options, _time, _logger, _tokenHttp, _parent) = (options, time, logger, tokenHttp, parent);
        _metadata = parent?._metadata ?? new MetadataServer(options.MetadataHost, time);
        _where = new(options, given ?? new(), _metadata, tokenHttp, time);
    }

    /// <summary>Gets who calls, once the first search is done; <see langword="null"/> before, and where nothing was found.</summary>
    public GoogleLogin? Login => _last?.Login;

    /// <summary>Returns credentials for a tool or a call that brings its own. They live as long as these; several may be in use at once.</summary>
    public GoogleCredentials With(ExplicitCredentials given) => new(_options, _time, _logger, _tokenHttp, given, _parent ?? this);

    /// <summary>Finds out who would call, without asking Google for a token.</summary>
    /// <exception cref="NotConfiguredException">No credentials were found, or the file that should hold them is absent or unusable.</exception>
    public async Task<GoogleLogin> LoginAsync(GoogleProduct product, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(product);
        return (await FindAsync(product, cancellationToken)).Login!;
    }

    /// <summary>Returns the project that is meant where a call names none: that of the settings, else that of the machine on Google Cloud.</summary>
    /// <returns><see langword="null"/> when there is neither, which takes at most 1.5 s to find out, and is remembered.</returns>
    public async Task<string?> ProjectAsync(CancellationToken cancellationToken) => _options.Project ?? await _metadata.ProjectAsync(cancellationToken);

    /// <summary>Tells what is known about the token that calls were made with last; <see langword="null"/> before there is one.</summary>
    public async Task<GoogleToken?> DescribeTokenAsync(CancellationToken cancellationToken)
    {
        if (_last is not { Credential: { } credential, Login: { } login })
        {
            return null;
        }

        // Of the library's kinds, that of a ready token is none of these.
        var token = (credential as GoogleCredential)?.UnderlyingCredential switch
        {
            ServiceCredential service => service.Token,
            UserCredential user => user.Token,
            _ => null,
        };
        var scopes = login.Scopes.Count > 0 ? login.Scopes
            : token?.Scope is { Length: > 0 } told ? told.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : login.Kind is LoginKind.Metadata ? await _metadata.ScopesAsync(cancellationToken)
            : [];
        return new(scopes, token?.ExpiresInSeconds is { } seconds ? new DateTimeOffset(token.IssuedUtc, TimeSpan.Zero).AddSeconds(seconds) : null);
    }

    /// <summary>Returns the headers that authenticate one request: <c>authorization</c>, and <c>x-goog-user-project</c> where quota is counted elsewhere.</summary>
    /// <exception cref="NotConfiguredException">No credentials were found, or the file that should hold them is absent or unusable.</exception>
    /// <exception cref="UnauthenticatedException">There are credentials, and they no longer give a token.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> HeadersAsync(GoogleProduct product, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(product);

        var found = await FindAsync(product, cancellationToken);
        try
        {
            var token = await found.Credential!.GetAccessTokenWithHeadersForRequestAsync($"https://{product.Host}", cancellationToken);
            List<KeyValuePair<string, string>> headers = [new("authorization", $"Bearer {token.AccessToken}")];
            if (_options.QuotaProject is { } project)
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
                $"Google's token endpoint does not answer, so {product.Name} has no token. Fix: curl -sS https://oauth2.googleapis.com/token shows whether this machine reaches it.", inner: error)
            {
                Integration = product.Name,
            };
        }
        catch (Exception error) when (error is TokenResponseException or SubjectTokenException)
        {
            GoogleCloudLog.TokenRefused(_logger, product.Name, error);
            throw Refused(error, product, found.Login!);
        }
    }

    public void Dispose()
    {
        if (_parent is null)
        {
            _metadata.Dispose();
        }

        _search.Dispose();
    }

    private static ServiceException Refused(Exception error, GoogleProduct product, GoogleLogin login) => error switch
    {
        TokenResponseException { StatusCode: HttpStatusCode.Forbidden } when login.Kind is LoginKind.Impersonated => new PermissionDeniedException(
            $"The login may not act as '{login.Principal}', so {product.Name} has no token. Fix: gcloud iam service-accounts add-iam-policy-binding "
            + $"{login.Principal} --member=<principal> --role=roles/iam.serviceAccountTokenCreator",
            "PERMISSION_MISSING",
            error)
        {
            Integration = product.Name,
        },
        _ => new UnauthenticatedException(
            $"Google gives no token for the login that {product.Name} uses. Fix: {UpstreamFailures.Renewal(login)}", "CREDENTIALS_EXPIRED", error)
        {
            Integration = product.Name,
        },
    };

    private async Task<SearchResult> FindAsync(GoogleProduct product, CancellationToken cancellationToken)
    {
        if (_last is { Credential: not null } found)
        {
            return found;
        }

        await _search.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || (_last.Miss is not null && _time.GetElapsedTime(_searchedAt) >= MissLifetime))
            {
                _last = await _where.SearchAsync(cancellationToken);
                _searchedAt = _time.GetTimestamp();
            }

            return _last.Miss is { } miss ? throw miss.ToException(product) : _last;
        }
        finally
        {
            _search.Release();
        }
    }
}
