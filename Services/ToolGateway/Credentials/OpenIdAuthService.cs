using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Credentials;

/// <summary>Verifies JSON web tokens of one issuer that are meant for one audience.</summary>
/// <param name="name">Name of the service; the token is in the header <c>{name}_token</c>.</param>
/// <param name="audience">What <c>aud</c> of a token must be, or contain.</param>
/// <param name="issuer">Whose keys signed it.</param>
/// <param name="alias">A second name that the issuer gives itself in tokens; null for none.</param>
/// <param name="time">Decides what has expired.</param>
internal sealed class OpenIdAuthService(string name, string audience, OpenIdIssuer issuer, string? alias, TimeProvider time) : IAuthService
{
    /// <summary>How far the clocks of issuer and gateway may be apart.</summary>
    internal static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // Keys of a published set are public, so only signatures that take a private key to make count.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler Handler = new();

    public string Name => name;

    public async Task<JsonElement> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        var read = Read(token);
        var (issuerName, keys) = await issuer.KeysAsync(read.Kid is { Length: > 0 } keyId ? keyId : null, cancellationToken);
        var verified = await Handler.ValidateTokenAsync(read, new TokenValidationParameters
        {
            ValidAudience = audience,
            ValidIssuers = alias is null ? [issuerName] : [issuerName, alias],
            IssuerSigningKeys = keys,
            ValidAlgorithms = Algorithms,
            RequireExpirationTime = true,
            LifetimeValidator = IsCurrent,
        });
        return verified.IsValid
            ? JsonElement.Parse(Base64UrlEncoder.DecodeBytes(read.EncodedPayload))
            : throw Refuse(verified.Exception switch
            {
                SecurityTokenInvalidAudienceException => $"is meant for another audience than '{audience}'",
                SecurityTokenInvalidIssuerException => $"is of another issuer than '{issuerName}'",
                SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => "has expired, is not valid yet, or says no end",
                SecurityTokenSignatureKeyNotFoundException => "is signed with a key that its issuer does not publish",
                _ => "has no signature that its issuer's keys confirm",
            });
    }

    private JsonWebToken Read(string token)
    {
        try
        {
            return new(token);
        }
        catch (ArgumentException)
        {
            // The inner error repeats the token.
            throw Refuse("is no signed JSON web token");
        }
    }

    private bool IsCurrent(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires is { } end && now < end + ClockSkew && !(notBefore > now + ClockSkew);
    }

    private UnauthenticatedException Refuse(string problem) => new(
        $"The token in header '{name}_token' {problem}. Fix: get a new one from the issuer and send it alone, without a word before it.", "TOKEN_INVALID");
}
