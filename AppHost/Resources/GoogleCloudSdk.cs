namespace Runtime.AppHost.Resources;

/// <summary>The Google Cloud CLI of this machine, which carries Google's emulators.</summary>
internal static class GoogleCloudSdk
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly Lazy<string?> Root = new(FindRoot);

    /// <summary>Returns a file of the SDK, or <see langword="null"/> where the SDK or the component that has it is not installed.</summary>
    public static string? Find(params string[] path) =>
        Root.Value is { } root && Path.Combine([root, .. path]) is var file && File.Exists(file) ? file : null;

    private static string? FindRoot()
    {
        if (LocalProgram.Find("gcloud") is not { } gcloud)
        {
            return null;
        }

        // The program usually is a link to <root>/bin/gcloud: following it takes no time, asking gcloud takes a second.
        var target = File.ResolveLinkTarget(gcloud, returnFinalTarget: true)?.FullName ?? gcloud;
        var root = Path.GetDirectoryName(Path.GetDirectoryName(target));
        return root is not null && Directory.Exists(Path.Combine(root, "platform"))
            ? root
            : LocalProgram.Run(gcloud, ["info", "--format=value(installation.sdk_root)"], Limit);
    }
}
