namespace Runtime.GoogleCloud.Connection;

/// <summary>Credentials that a call or a tool brings itself; they come before everything that the environment has.</summary>
public sealed record ExplicitCredentials
{
    /// <summary>Gets a bearer token of whoever makes the call; it wins over <see cref="File"/>, and nothing here renews it.</summary>
    public string? AccessToken { get; init; }

    /// <summary>Gets the path of a credentials file; <see langword="null"/> uses what the environment has.</summary>
    public string? File { get; init; }

    /// <summary>Gets a service account to act as; <see langword="null"/> as the settings say.</summary>
    public string? Impersonate { get; init; }

    /// <summary>Gets the OAuth scopes to ask for; none asks for <c>cloud-platform</c>.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
}
