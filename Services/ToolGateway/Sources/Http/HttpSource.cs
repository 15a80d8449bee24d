using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Http;

/// <summary>An HTTP API and its connections.</summary>
internal sealed partial class HttpSource : ISource
{
    private const int MaxErrorBytes = 1024;
    private const int MaxBodyBytes = 16 * 1024 * 1024;
    private const int MaxRedirects = 10;

    private readonly string _name;
    private readonly HttpSettings _settings;
    private readonly Uri _address;
    private readonly HttpClient _client;

    public HttpSource(string name, Uri address, HttpSettings settings, AddressGuard guard)
    {
        _name = name;
        _settings = settings;
        _address = address;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = guard.ConnectAsync,
            // A proxy would connect where the guard does not look.
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            MaxAutomaticRedirections = MaxRedirects,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // Otherwise a header with any other letter than those of ASCII is an error of the connection.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        };
        if (settings.DisableSslVerification)
        {
            AcceptAnyCertificate(handler);
        }

        _client = new(handler) { Timeout = settings.Timeout, MaxResponseContentBufferSize = MaxBodyBytes };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("tool-gateway");
    }

    public IReadOnlyDictionary<string, string> QueryParams => _settings.QueryParams;

    public IReadOnlyDictionary<string, string> Headers => _settings.Headers;

    public static bool IsHeaderName(string name) => HeaderName().IsMatch(name);

    // There is no question that every API answers without doing something.
    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns the address of a path, resolved as links are; null where it is outside the source's own address.</summary>
    public Uri? Resolve(string path)
    {
        var folder = _address.AbsolutePath;
        return Uri.TryCreate(_address, path, out var address)
            && Uri.Compare(address, _address, UriComponents.SchemeAndServer | UriComponents.UserInfo, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) is 0
            && (folder is "/" || address.AbsolutePath == folder || address.AbsolutePath.StartsWith($"{folder.TrimEnd('/')}/", StringComparison.Ordinal))
                ? address
                : null;
    }

    /// <summary>Sends a request.</summary>
    /// <returns>The body, and null; or what the API refused, as a sentence.</returns>
    public async Task<(byte[] Body, string? Refusal)> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode ? (body, null) : (body, Refusal(response, body));
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeadlineException(
                $"Source '{_name}' ({_address.Authority}) did not answer in {_settings.Timeout.TotalSeconds:0.###} s. Fix: raise its timeout in the tools file.", "SOURCE_TIMEOUT", error);
        }
        catch (HttpRequestException error) when (error.InnerException is BlockedAddressException)
        {
            throw new PermissionDeniedException(
                $"Source '{_name}' leads to an address that it may not connect to. Fix: name the address in allowedIpRanges, or set allowPrivateNetworks: true.",
                "SOURCE_BLOCKED", error);
        }
        catch (HttpRequestException error) when (error.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new LimitExceededException(
                $"Source '{_name}' ({_address.Authority}) answered with more than {MaxBodyBytes} bytes. Fix: ask for less.", "SOURCE_ANSWER_TOO_LARGE", error);
        }
        catch (HttpRequestException error)
        {
            throw new UnavailableException(
                $"Source '{_name}' ({_address.Authority}) does not answer ({error.HttpRequestError}). Fix: check that this machine reaches it.", reason: "SOURCE_UNAVAILABLE", inner: error);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    [GeneratedRegex(@"\A[!#$%&'*+.^_`|~0-9A-Za-z-]+\z")]
    private static partial Regex HeaderName();

    [SuppressMessage("Security", "CA5359", Justification = "The operator asked for it, in so many words.")]
    private static void AcceptAnyCertificate(SocketsHttpHandler handler) => handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;

    private string Refusal(HttpResponseMessage response, byte[] body)
    {
        var code = (int)response.StatusCode;
        var words = $"Source '{_name}' ({_address.Authority}) answered with status {code} ({response.StatusCode}).";
        if (_settings.ReturnFullError && body.Length > 0)
        {
            words += $" It says: {Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxErrorBytes)))}";
        }

        return code switch
        {
            401 or 403 => throw new PermissionDeniedException($"{words} Fix: correct the credentials in its headers.", "SOURCE_DENIES"),
            429 or >= 500 => throw new UnavailableException($"{words} Fix: call the tool again later.", response.Headers.RetryAfter?.Delta, "SOURCE_UNAVAILABLE"),
            _ => words,
        };
    }
}
