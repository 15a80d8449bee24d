namespace Runtime.AppHost.Resources.PubSub;

/// <summary>Google's Pub/Sub emulator: one gRPC endpoint, no credentials, nothing kept after it stops. A program for Java.</summary>
public static class PubSubExtensions
{
    private const int ContainerPort = 8085;

    /// <summary>Adds Pub/Sub as <c>Backing__PubSub</c> says.</summary>
    /// <param name="builder">The graph being built.</param>
    /// <param name="name">Resource name.</param>
    public static BackingProduct AddPubSub(this IDistributedApplicationBuilder builder, string name) => Emulators.Add(builder, name, new EmulatorKind(
        Product: "PubSub",
        Variable: "PUBSUB_EMULATOR_HOST",
        Image: CloudCliEmulatorsImage.Name,
        Tag: CloudCliEmulatorsImage.Tag,
        ContainerPort,
        Command: ["gcloud", "beta", "emulators", "pubsub", "start", "--host-port=0.0.0.0:8085", "--project=runtime-local"],
        Program: Java() is null ? null : Program(),
        ProgramArguments: (_, endpoint) => ["--host=127.0.0.1", ReferenceExpression.Create($"--port={endpoint.Property(EndpointProperty.TargetPort)}")],
        Install: Program() is not null
            ? "install Java 17 (Debian: apt-get install openjdk-17-jre-headless)"
            : "gcloud components install pubsub-emulator (Debian: apt-get install google-cloud-cli-pubsub-emulator)",
        ReadyMethod: EmulatorReadyProbe.List("google.pubsub.v1.Publisher", "ListTopics"),
        ReadyParent: "projects/ready"));

    private static string? Program() =>
        GoogleCloudSdk.Find("platform", "pubsub-emulator", "bin", OperatingSystem.IsWindows() ? "cloud-pubsub-emulator.bat" : "cloud-pubsub-emulator");

    /// <summary>The start script takes JAVA_HOME first, then PATH.</summary>
    private static string? Java() =>
        Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } home && File.Exists(Path.Combine(home, "bin", OperatingSystem.IsWindows() ? "java.exe" : "java"))
            ? home
            : LocalProgram.Find("java");
}
