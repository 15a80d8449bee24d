namespace Runtime.AppHost.Resources.Spanner;

/// <summary>Google's Cloud Spanner emulator: one gRPC endpoint, no credentials, nothing kept after it stops.</summary>
public static class SpannerExtensions
{
    /// <summary>Adds Spanner as <c>Backing__Spanner</c> says.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name.</param>
    public static BackingProduct AddSpanner(this IDistributedApplicationBuilder builder, string name) => Emulators.Add(builder, name, new EmulatorKind(
        Product: "Spanner",
        Variable: "SPANNER_EMULATOR_HOST",
        Image: SpannerImage.Name,
        Tag: SpannerImage.Tag,
        ContainerPort: 9010,
        Command: [],
        // The gRPC server itself: the gateway beside it adds REST, which no client of ours speaks, and a second process.
        Program: GoogleCloudSdk.Find("bin", "cloud_spanner_emulator", OperatingSystem.IsWindows() ? "emulator_main.exe" : "emulator_main"),
        ProgramArguments: (address, _) => ["--host_port", address],
        Install: "gcloud components install cloud-spanner-emulator (Debian: apt-get install google-cloud-cli-spanner-emulator)",
        ReadyMethod: EmulatorReadyProbe.List("google.spanner.admin.instance.v1.InstanceAdmin", "ListInstanceConfigs"),
        ReadyParent: "projects/ready"));
}

/// <summary>The vendor's image.</summary>
public static class SpannerImage
{
    public const string Name = "gcr.io/cloud-spanner-emulator/emulator";
    public const string Tag = "1.5.37";
}
