using Google.Apis.Auth.OAuth2;
using Runtime.ServiceDefaults.Errors;
using ITokenHttp = Google.Apis.Http.IHttpClientFactory;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Looks for credentials where Google's own libraries do, in their order, after what a call or a tool brings itself.</summary>
/// <remarks>
/// The search is ours because the library's own remembers a miss for the life of the process and may wait long for a metadata server
/// that is not there. Rules: https://google.aip.dev/auth/4110.
/// </remarks>
internal sealed class CredentialSearch(
    GoogleCloudOptions options, ExplicitCredentials given, MetadataServer metadata, ITokenHttp? tokenHttp, TimeProvider time)
{
    public const string Login = "gcloud auth application-default login";

    /// <summary>The source of a token that came with the call.</summary>
    public const string OwnToken = "the call's own token";

    public async Task<SearchResult> SearchAsync(CancellationToken cancellationToken)
    {
        if (given.AccessToken is { } own)
        {
            return Found(GoogleCredential.FromAccessToken(own), new(OwnToken, LoginKind.Token));
        }

        if (given.File is { } named)
        {
            return await ReadAsync(named, "The tool", "correct the path in the tool's settings", cancellationToken);
        }

        if (options.AccessToken is { } token)
        {
            return Impersonated(GoogleCredential.FromAccessToken(token), new(options.AccessTokenName ?? GoogleVariables.AccessToken[1], LoginKind.Token));
        }

        if (options.CredentialsFile is { } file)
        {
            return await ReadAsync(file, "GOOGLE_APPLICATION_CREDENTIALS", "unset GOOGLE_APPLICATION_CREDENTIALS", cancellationToken);
        }

        if (File.Exists(options.WellKnownFile))
        {
            return await ReadAsync(options.WellKnownFile, "gcloud auth application-default login", Login, cancellationToken);
        }

        if (options.UseGcloud && await GcloudLogin.AccountAsync(cancellationToken) is { } account)
        {
            var target = given.Impersonate ?? options.Impersonate;
            return new(
                new GcloudLogin(target, time),
                new("gcloud auth login", target is null ? LoginKind.User : LoginKind.Impersonated, target ?? account) { QuotaProjectIsSet = options.QuotaProject is not null },
                null);
        }

        return await metadata.FindAsync(cancellationToken) is { } machine
            ? Impersonated(machine.Credential, new("metadata server", LoginKind.Metadata, machine.Account))
            : Missed("CREDENTIALS_NOT_FOUND", static product => NoneFound(product), Login);
    }

    private static string NoneFound(GoogleProduct product) => product.EmulatorVariable is { } variable
        ? $"No Google credentials were found, and {variable} names no emulator."
        : "No Google credentials were found.";

    private async Task<SearchResult> ReadAsync(string path, string source, string fixPath, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return Missed("CREDENTIALS_FILE_MISSING", _ => $"{source} names '{path}', and there is no such file.", fixPath);
        }

        return await CredentialsFile.ReadAsync(path, cancellationToken) is { } file
            ? Impersonated(file.Credential, new($"{source} ({path})", file.Kind, file.Principal, file.QuotaProject))
            : Missed("CREDENTIALS_FILE_INVALID", _ => $"The credentials file '{path}' cannot be used.", Login);
    }

    private SearchResult Impersonated(GoogleCredential credential, GoogleLogin login)
    {
        string[] scopes = given.Scopes is { Count: > 0 } some ? [.. some] : ["https://www.googleapis.com/auth/cloud-platform"];
        var scoped = WithHttp(credential).CreateScoped(scopes);
        return (given.Impersonate ?? options.Impersonate) is { } account
            ? Found(
                WithHttp(scoped.Impersonate(new ImpersonatedCredential.Initializer(account) { Scopes = scopes, HttpClientFactory = tokenHttp })),
                login with { Source = $"{login.Source}, acting as a service account", Kind = LoginKind.Impersonated, Principal = account, Scopes = scopes })
            // What a person agreed to, and what a machine was given, does not change by asking.
            : Found(scoped, login.Kind is LoginKind.ServiceAccountKey or LoginKind.Federated or LoginKind.Impersonated ? login with { Scopes = scopes } : login);
    }

    private GoogleCredential WithHttp(GoogleCredential credential) => tokenHttp is null ? credential : credential.CreateWithHttpClientFactory(tokenHttp);

    private SearchResult Found(GoogleCredential credential, GoogleLogin login) => new(
        credential,
        login with { QuotaProject = options.QuotaProject ?? login.QuotaProject, QuotaProjectIsSet = options.QuotaProject is not null },
        null);

    private static SearchResult Missed(string code, Func<GoogleProduct, string> missing, string fix) => new(null, null, new(code, missing, fix));
}

/// <summary>What a search came to: credentials and whose they are, or why there are none.</summary>
internal sealed record SearchResult(ITokenAccessWithHeaders? Credential, GoogleLogin? Login, SearchMiss? Miss);

/// <summary>Why nothing was found. Remembered for all products, and told to each caller about its own.</summary>
internal sealed record SearchMiss(string Code, Func<GoogleProduct, string> Missing, string Fix)
{
    public NotConfiguredException ToException(GoogleProduct product) => new(product.Name, Code, Missing(product), Fix);
}
