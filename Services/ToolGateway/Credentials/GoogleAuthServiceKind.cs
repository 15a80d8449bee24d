using System.ComponentModel.DataAnnotations;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Credentials;

/// <summary>The fields of Google sign-in.</summary>
internal sealed class GoogleAuthServiceSettings
{
    /// <summary>Gets the OAuth client id, which is the audience of the tokens.</summary>
    [Required]
    public string ClientId { get; init; } = "";

    /// <inheritdoc cref="GenericAuthServiceSettings.McpEnabled"/>
    public bool McpEnabled { get; init; }
}

/// <summary>ID tokens of Google.</summary>
internal sealed class GoogleAuthServiceKind(AuthServiceFactory factory) : AuthServiceKind<GoogleAuthServiceSettings>("google")
{
    protected override IAuthService? Create(Declaration declaration, GoogleAuthServiceSettings settings) =>
        GenericAuthServiceKind.IsOffered(declaration, settings.McpEnabled) ? factory.Google(declaration.Name, settings.ClientId) : null;
}
