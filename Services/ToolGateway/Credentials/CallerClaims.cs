using System.Text.Json;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Credentials;

/// <summary>Verifies the tokens that a caller brought for the auth services of a tool.</summary>
internal static class CallerClaims
{
    private static readonly Dictionary<string, JsonElement> None = [];

    /// <summary>Returns the claims of each service that the caller brought a good token of.</summary>
    /// <exception cref="UnauthenticatedException">The tool needs a token and no good one came, or a token that came is not good.</exception>
    public static ValueTask<Dictionary<string, JsonElement>> VerifyAsync(ToolDescription tool, CallContext context, CancellationToken cancellationToken) =>
        tool.AuthServices.Count is 0 ? new(None) : VerifyAllAsync(tool, context, cancellationToken);

    private static async ValueTask<Dictionary<string, JsonElement>> VerifyAllAsync(ToolDescription tool, CallContext context, CancellationToken cancellationToken)
    {
        var claims = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var service in tool.AuthServices.Values)
        {
            if (context.Header($"{service.Name}_token") is { Length: > 0 } token)
            {
                claims[service.Name] = await service.VerifyAsync(token, cancellationToken);
            }
        }

        return tool.AuthRequired.Count is 0 || tool.AuthRequired.Any(claims.ContainsKey) ? claims : throw new UnauthenticatedException(
            $"Tool '{tool.Name}' needs a verified token. Fix: send one of the headers {string.Join(", ", tool.AuthRequired.Select(name => $"{name}_token"))}.",
            "TOKEN_MISSING");
    }
}
