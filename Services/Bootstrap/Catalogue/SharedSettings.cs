using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Catalogue;

/// <summary>What the integrations with Google Cloud share.</summary>
public static class SharedSettings
{
    public static Setting Project { get; } = new("default project", GoogleVariables.Project) { IsShared = true, Sample = "<project-id>", Local = "runtime-local" };

    public static Setting Location { get; } = new("region of Vertex AI", $"{GoogleVariables.Shared}:Location", "GOOGLE_CLOUD_LOCATION", "GOOGLE_LOCATION", "LOCATION")
    {
        IsShared = true,
        Sample = "us-central1",
    };

    public static Setting QuotaProject { get; } = new("project that quota is counted on", GoogleVariables.QuotaProject)
    {
        IsShared = true,
        Default = "the one that the credentials name",
        Sample = "<project-id>",
    };

    public static Setting AccessToken { get; } = new("a ready token, which is not renewed", GoogleVariables.AccessToken) { IsShared = true, IsSecret = true, Sample = "<token>" };

    public static Setting CredentialsFile { get; } = new("path of a credentials file", GoogleVariables.CredentialsFile) { IsShared = true, Sample = "/path/key.json" };

    public static Setting CloudSdkDirectory { get; } = new("folder of the file that `gcloud auth application-default login` writes", GoogleVariables.CloudSdkDirectory)
    {
        IsShared = true,
        Default = "`gcloud` in the user's configuration",
        Sample = "/home/<user>/.config/gcloud",
    };

    public static Setting Impersonate { get; } = new("service account to act as", GoogleVariables.Impersonate)
    {
        IsShared = true,
        Sample = "<name>@<project-id>.iam.gserviceaccount.com",
    };

    public static Setting UseGcloud { get; } = new("`true`: take the login of `gcloud auth login` where there is no file", GoogleVariables.UseGcloud)
    {
        IsShared = true,
        Default = "false",
        Sample = "true",
    };

    public static Setting MetadataHost { get; } = new("where the metadata server is asked", GoogleVariables.MetadataHost)
    {
        IsShared = true,
        Default = "169.254.169.254",
        Sample = "metadata.google.internal",
    };

    public static Setting NoMetadata { get; } = new("`true`: the metadata server is not asked", GoogleVariables.NoMetadata)
    {
        IsShared = true,
        Default = "false",
        Sample = "true",
        Local = "true",
    };

    /// <summary>Gets what decides who calls.</summary>
    public static IReadOnlyList<Setting> Credentials { get; } =
        [QuotaProject, AccessToken, CredentialsFile, CloudSdkDirectory, Impersonate, UseGcloud, MetadataHost, NoMetadata];

    public static IReadOnlyList<Setting> All { get; } = [Project, Location, .. Credentials];
}
