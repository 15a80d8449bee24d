namespace Runtime.GoogleCloud.Connection;

/// <summary>Under which names each fact about Google is looked up, the first that is set wins: the settings section, then the standard variables.</summary>
public static class GoogleVariables
{
    /// <summary>The section with one sub-section an integration; <c>GoogleCloud</c> has what they share.</summary>
    public const string Section = "Integrations";

    public const string Shared = $"{Section}:GoogleCloud";

    public static IReadOnlyList<string> Project { get; } = [$"{Shared}:Project", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT"];

    public static IReadOnlyList<string> QuotaProject { get; } = [$"{Shared}:QuotaProject", "GOOGLE_CLOUD_QUOTA_PROJECT"];

    public static IReadOnlyList<string> AccessToken { get; } =
        [$"{Shared}:AccessToken", "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_ACCESS_TOKEN", "ACCESS_TOKEN"];

    public static IReadOnlyList<string> CredentialsFile { get; } = [$"{Shared}:CredentialsFile", "GOOGLE_APPLICATION_CREDENTIALS"];

    public static IReadOnlyList<string> CloudSdkDirectory { get; } = [$"{Shared}:CloudSdkDirectory", "CLOUDSDK_CONFIG"];

    public static IReadOnlyList<string> Impersonate { get; } = [$"{Shared}:Impersonate", "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"];

    public static IReadOnlyList<string> UseGcloud { get; } = [$"{Shared}:UseGcloud"];

    public static IReadOnlyList<string> MetadataHost { get; } = [$"{Shared}:MetadataHost", "GCE_METADATA_HOST"];

    public static IReadOnlyList<string> NoMetadata { get; } = [$"{Shared}:NoMetadata", "NO_GCE_CHECK"];

    /// <summary>Gets the variables that point at an emulator.</summary>
    public static IReadOnlyList<string> Emulators { get; } =
        ["PUBSUB_EMULATOR_HOST", "SPANNER_EMULATOR_HOST", "BIGTABLE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"];
}
