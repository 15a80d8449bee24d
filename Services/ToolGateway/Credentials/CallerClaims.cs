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
        var refused = new Dictionary<string, UnauthenticatedException>(StringComparer.Ordinal);
        foreach (var service in tool.AuthServices.Values)
        {
            if (context.Header($"{service.Name}_token") is { Length: > 0 } token)
            {
                try
                {
                    claims[service.Name] = await service.VerifyAsync(token, cancellationToken);
                }
                catch (UnauthenticatedException error)
                {
                    // Another service may let the caller in: only where none does is this the reason.
                    refused[service.Name] = error;
                }
            }
        }

        if (tool.AuthRequired.Count > 0)
        {
            Demand(tool.AuthRequired, claims, refused, $"Tool '{tool.Name}' needs a verified token");
        }

        foreach (var parameter in tool.Parameters.Where(parameter => !parameter.IsShown))
        {
            Demand(
                [.. parameter.AuthServices.Select(source => source.Service)], claims, refused,
                $"Parameter '{parameter.Name}' is taken from a verified token, and none came");
        }

        return claims;
    }

    private static void Demand(
        IReadOnlyList<string> services, Dictionary<string, JsonElement> claims, Dictionary<string, UnauthenticatedException> refused, string problem)
    {
        if (!services.Any(claims.ContainsKey))
        {
            throw services.Select(refused.GetValueOrDefault).FirstOrDefault(error => error is not null) ?? new UnauthenticatedException(
                $"{problem}. Fix: send one of the headers {string.Join(", ", services.Select(name => $"{name}_token"))}.", "TOKEN_MISSING");
        }
    }
}
