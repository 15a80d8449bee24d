namespace Runtime.AppHost.Resources;

/// <summary>Google's image of the Cloud CLI with its emulators, for those that have no image of their own.</summary>
public static class CloudCliEmulatorsImage
{
    public const string Name = "gcr.io/google.com/cloudsdktool/google-cloud-cli";
    public const string Tag = "528.0.0-emulators";
}
