using System.ComponentModel.DataAnnotations;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Credentials;

/// <summary>The fields of an issuer with OpenID Connect discovery.</summary>
internal sealed class GenericAuthServiceSettings
{
    /// <summary>Gets what <c>aud</c> of a token must be, or contain.</summary>
    [Required]
    public string Audience { get; init; } = "";

    /// <summary>Gets the address under which <c>/.well-known/openid-configuration</c> is.</summary>
    [Required]
    public string AuthorizationServer { get; init; } = "";

    /// <summary>Gets a value indicating whether every MCP request must carry a bearer token; read so that it can be refused, because to ignore it would leave open what its author believes shut.</summary>
    public bool McpEnabled { get; init; }
}

/// <summary>JSON web tokens of any issuer with OpenID Connect discovery.</summary>
internal sealed class GenericAuthServiceKind(AuthServiceFactory factory) : AuthServiceKind<GenericAuthServiceSettings>("generic")
{
    /// <summary>Returns false after adding a problem where the file asks for more than tokens of single tools.</summary>
    internal static bool IsOffered(Declaration declaration, bool mcpEnabled)
    {
        if (mcpEnabled)
        {
            declaration.Problem(
                "mcpEnabled", $"{declaration.Owner} has 'mcpEnabled: true', which is not offered. Fix: leave it out, list the service in 'authRequired' of the tools, "
                + "and put a proxy that checks bearer tokens before /mcp where all of it has to be closed.");
        }

        return !mcpEnabled;
    }

    protected override IAuthService? Create(Declaration declaration, GenericAuthServiceSettings settings)
    {
        if (!Uri.TryCreate(settings.AuthorizationServer, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            declaration.Problem(
                "authorizationServer", $"Field 'authorizationServer' of auth service '{declaration.Name}' is '{settings.AuthorizationServer}'. Allowed: an http or https address.");
            return null;
        }

        return IsOffered(declaration, settings.McpEnabled) ? factory.Generic(declaration.Name, settings.Audience, server) : null;
    }
}
