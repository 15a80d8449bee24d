namespace Runtime.GoogleCloud.Connection;

/// <summary>Who calls Google, and how that was found out. Never the token.</summary>
/// <param name="Source">Which of the sources won, for a person: a variable, a file, the metadata server.</param>
/// <param name="Kind">What it is, which decides how it is renewed.</param>
/// <param name="Principal">The account, as an email address; <see langword="null"/> where the source does not tell.</param>
/// <param name="QuotaProject">The project that quota is counted on; <see langword="null"/> for the one that is called.</param>
public sealed record GoogleLogin(string Source, LoginKind Kind, string? Principal = null, string? QuotaProject = null)
{
    /// <summary>Gets whether the quota project is a setting of ours, and not of the credentials.</summary>
    public bool QuotaProjectIsSet { get; init; }

    /// <summary>Gets the scopes that its tokens are asked for and have; none where the source decides them.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Gets the account as IAM writes it: <c>user:a@b.com</c>, <c>serviceAccount:a@p.iam.gserviceaccount.com</c>.</summary>
    public string? Member => Principal is null ? null
        : Principal.EndsWith(".gserviceaccount.com", StringComparison.Ordinal) ? $"serviceAccount:{Principal}"
        : $"user:{Principal}";
}

/// <summary>What credentials are.</summary>
public enum LoginKind
{
    /// <summary>A ready token, which nothing here renews.</summary>
    Token,

    /// <summary>A person's login.</summary>
    User,

    /// <summary>A service account's key.</summary>
    ServiceAccountKey,

    /// <summary>An identity of another provider, exchanged for one of Google.</summary>
    Federated,

    /// <summary>A service account that other credentials may act as.</summary>
    Impersonated,

    /// <summary>What a machine on Google Cloud is given.</summary>
    Metadata,
}
