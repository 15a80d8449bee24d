namespace Runtime.AppHost.Resources.Bigtable;

/// <summary>Google's Bigtable emulator: data and table admin on one gRPC endpoint, no credentials, nothing kept after it stops.</summary>
public static class BigtableExtensions
{
    private const int ContainerPort = 8086;

    /// <summary>Adds Bigtable as <c>Backing__Bigtable</c> says.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name.</param>
    public static BackingProduct AddBigtable(this IDistributedApplicationBuilder builder, string name) => Emulators.Add(builder, name, new EmulatorKind(
        Product: "Bigtable",
        Variable: "BIGTABLE_EMULATOR_HOST",
        Image: CloudCliEmulatorsImage.Name,
        Tag: CloudCliEmulatorsImage.Tag,
        ContainerPort,
        Command: ["gcloud", "beta", "emulators", "bigtable", "start", "--host-port=0.0.0.0:8086"],
        Program: GoogleCloudSdk.Find("platform", "bigtable-emulator", OperatingSystem.IsWindows() ? "cbtemulator.exe" : "cbtemulator"),
        ProgramArguments: (address, _) => ["-address", address],
        Install: "gcloud components install bigtable (Debian: apt-get install google-cloud-cli-bigtable-emulator)",
        ReadyMethod: EmulatorReadyProbe.List("google.bigtable.admin.v2.BigtableTableAdmin", "ListTables"),
        ReadyParent: "projects/ready/instances/ready"));
}
