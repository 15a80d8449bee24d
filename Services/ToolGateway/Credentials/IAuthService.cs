using System.Text.Json;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Credentials;

/// <summary>Says who a caller is, from a token in the header <c>{name}_token</c>.</summary>
public interface IAuthService
{
    /// <summary>Gets the name that tools speak of it by.</summary>
    string Name { get; }

    /// <summary>Verifies a token and returns its claims, a JSON object.</summary>
    /// <exception cref="UnauthenticatedException">The token is not one that this service vouches for; the message says why, without the token.</exception>
    /// <exception cref="UnavailableException">The keys to verify it with cannot be had now.</exception>
    Task<JsonElement> VerifyAsync(string token, CancellationToken cancellationToken);
}
