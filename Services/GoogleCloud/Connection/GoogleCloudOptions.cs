using Microsoft.Extensions.Configuration;

namespace Runtime.GoogleCloud.Connection;

/// <summary>The standard variables that decide how Google is reached. Read once, from configuration rather than from the process.</summary>
public sealed class GoogleCloudOptions
{
    private readonly Dictionary<string, string?> _emulators = new(StringComparer.Ordinal);

    /// <summary>Gets the default project: <c>GOOGLE_CLOUD_PROJECT</c>, then <c>GCLOUD_PROJECT</c>, then <c>GCP_PROJECT</c>; null when none is set.</summary>
    public string? Project { get; init; }

    /// <summary>Gets the project that quota is counted on, <c>GOOGLE_CLOUD_QUOTA_PROJECT</c>; null takes the one that the credentials name.</summary>
    public string? QuotaProject { get; init; }

    /// <summary>Gets a ready bearer token that nothing here renews; null when no token variable is set.</summary>
    public string? AccessToken { get; init; }

    /// <summary>Gets the path in <c>GOOGLE_APPLICATION_CREDENTIALS</c>.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>Gets the directory where <c>gcloud auth application-default login</c> leaves its file.</summary>
    public string CloudSdkDirectory { get; init; } = "";

    /// <summary>Gets the metadata server, <c>GCE_METADATA_HOST</c>; null when <c>NO_GCE_CHECK</c> forbids asking it.</summary>
    public string? MetadataHost { get; init; }

    public static GoogleCloudOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        var options = new GoogleCloudOptions
        {
            Project = FirstOf(configuration, "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT"),
            QuotaProject = FirstOf(configuration, "GOOGLE_CLOUD_QUOTA_PROJECT"),
            AccessToken = FirstOf(configuration, "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_ACCESS_TOKEN", "ACCESS_TOKEN"),
            CredentialsFile = FirstOf(configuration, "GOOGLE_APPLICATION_CREDENTIALS"),
            CloudSdkDirectory = FirstOf(configuration, "CLOUDSDK_CONFIG") ?? DefaultCloudSdkDirectory(configuration),
            MetadataHost = IsTrue(FirstOf(configuration, "NO_GCE_CHECK")) ? null : FirstOf(configuration, "GCE_METADATA_HOST") ?? "169.254.169.254",
        };
        foreach (var variable in new[] { "PUBSUB_EMULATOR_HOST", "SPANNER_EMULATOR_HOST", "BIGTABLE_EMULATOR_HOST" })
        {
            options._emulators[variable] = FirstOf(configuration, variable);
        }

        return options;
    }

    /// <summary>Returns where calls to a product go.</summary>
    public GoogleEndpoint EndpointOf(GoogleProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        return GoogleEndpoint.Choose(product, _emulators.GetValueOrDefault(product.EmulatorVariable));
    }

    private static string? FirstOf(IConfiguration configuration, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            // An empty variable counts as unset, as in Google's own libraries.
            if (configuration[name] is { } value && !string.IsNullOrWhiteSpace(value))
            {
                return value.Trim();
            }
        }

        return null;
    }

    private static string DefaultCloudSdkDirectory(IConfiguration configuration) => OperatingSystem.IsWindows()
        ? Path.Combine(configuration["APPDATA"] ?? "", "gcloud")
        : Path.Combine(configuration["HOME"] ?? "", ".config", "gcloud");

    private static bool IsTrue(string? value) => value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
