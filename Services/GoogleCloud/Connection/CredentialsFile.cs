using System.Text.Json;
using Google.Apis.Auth.OAuth2;

namespace Runtime.GoogleCloud.Connection;

/// <summary>A file of credentials, of any type that Google documents: a user, a service account, a federated identity, an impersonation.</summary>
/// <remarks>Types and fields: https://google.aip.dev/auth/4110.</remarks>
internal sealed record CredentialsFile(GoogleCredential Credential, LoginKind Kind, string? Principal, string? QuotaProject)
{
    /// <summary>Reads a file; <see langword="null"/> when it holds no usable credentials.</summary>
    public static async Task<CredentialsFile?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var json = await File.ReadAllTextAsync(path, cancellationToken);
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var type = root.GetProperty("type").GetString() ?? "";
            return new(CredentialFactory.FromJson(json, type), KindOf(type), PrincipalOf(root), TextOf(root, "quota_project_id"));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or FormatException
            or System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Returns the project that the credentials are of; <see langword="null"/> when the file is absent, unusable, or says none.</summary>
    public static string? ProjectOf(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            using var document = JsonDocument.Parse(File.ReadAllText(path));
            return TextOf(document.RootElement, "project_id");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static LoginKind KindOf(string type) => type switch
    {
        "service_account" => LoginKind.ServiceAccountKey,
        "external_account" => LoginKind.Federated,
        "impersonated_service_account" => LoginKind.Impersonated,
        _ => LoginKind.User,
    };

    // gcloud writes an empty "account" where it does not know.
    private static string? PrincipalOf(JsonElement root) =>
        TextOf(root, "client_email") ?? TextOf(root, "account") ?? AccountIn(TextOf(root, "service_account_impersonation_url"));

    // https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/name@project.iam.gserviceaccount.com:generateAccessToken
    private static string? AccountIn(string? url)
    {
        const string before = "/serviceAccounts/";
        var start = url?.IndexOf(before, StringComparison.Ordinal) ?? -1;
        return start < 0 ? null : url![(start + before.Length)..].Split(':')[0];
    }

    private static string? TextOf(JsonElement root, string name) =>
        root.ValueKind is JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
