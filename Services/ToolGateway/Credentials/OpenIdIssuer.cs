using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Credentials;

/// <summary>An issuer of tokens, known by OpenID Connect discovery: its keys are read at the first question and kept.</summary>
/// <remarks>https://openid.net/specs/openid-connect-discovery-1_0.html</remarks>
internal sealed class OpenIdIssuer(Uri server, HttpClient http, TimeProvider time)
{
    /// <summary>How long keys are kept: a key that the issuer withdraws is good here for that long at most.</summary>
    internal static readonly TimeSpan KeyLifetime = TimeSpan.FromHours(1);

    /// <summary>How often an unknown key id asks the issuer again: tokens that anybody made up must not become load on it.</summary>
    internal static readonly TimeSpan UnknownKeyPause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Known? _known;
    private Task<Known>? _reading;

    /// <summary>Returns the issuer's name and its keys.</summary>
    /// <param name="keyId">The key that a token says it is signed with; null for a token that names none.</param>
    /// <exception cref="UnavailableException">The issuer does not answer, or not with keys.</exception>
    public async ValueTask<(string Name, IReadOnlyList<SecurityKey> Keys)> KeysAsync(string? keyId, CancellationToken cancellationToken)
    {
        Task<Known> reading;
        lock (_gate)
        {
            if (_known is { } known && Suffices(known, keyId))
            {
                return (known.Issuer, known.Keys);
            }

            // One reading for all who wait, which outlives the one that began it.
            reading = _reading ??= Task.Run(ReadAsync, CancellationToken.None);
        }

        var read = await reading.WaitAsync(cancellationToken);
        return (read.Issuer, read.Keys);
    }

    private bool Suffices(Known known, string? keyId)
    {
        var age = time.GetUtcNow() - known.ReadAt;
        return age < KeyLifetime && (keyId is null || known.Keys.Any(key => key.KeyId == keyId) || age < UnknownKeyPause);
    }

    private async Task<Known> ReadAsync()
    {
        try
        {
            var read = await FetchAsync();
            lock (_gate)
            {
                return _known = read;
            }
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or ArgumentException or OperationCanceledException)
        {
            throw new UnavailableException(
                $"The token issuer '{server.GetLeftPart(UriPartial.Path)}' does not give its keys, so no token of it can be verified. Setting: authorizationServer of the "
                + "auth service. Fix: check that the gateway reaches it and that it answers /.well-known/openid-configuration.",
                reason: "TOKEN_ISSUER_UNAVAILABLE",
                inner: error);
        }
        finally
        {
            lock (_gate)
            {
                _reading = null;
            }
        }
    }

    private async Task<Known> FetchAsync()
    {
        var address = new Uri($"{server.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration");
        var discovery = await http.GetFromJsonAsync<Discovery>(address);
        if (discovery is not { Issuer.Length: > 0, KeySet: { } keySet })
        {
            throw new JsonException("The discovery document has no issuer or no jwks_uri.");
        }

        var keys = new JsonWebKeySet(await http.GetStringAsync(keySet)).GetSigningKeys();
        return new(discovery.Issuer, [.. keys], time.GetUtcNow());
    }

    private sealed record Known(string Issuer, IReadOnlyList<SecurityKey> Keys, DateTimeOffset ReadAt);

    private sealed record Discovery([property: JsonPropertyName("issuer")] string? Issuer, [property: JsonPropertyName("jwks_uri")] Uri? KeySet);
}
