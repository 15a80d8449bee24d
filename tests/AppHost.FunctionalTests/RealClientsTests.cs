using System.ComponentModel;
using System.Diagnostics;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>What clients that other people wrote make of the composed stack: their programs are in <c>tests/clients</c>.</summary>
[Collection<StackOfProgramsGroup>]
public sealed class RealClientsTests(ProgramsFixture stack)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "clients");

    [Fact]
    public async Task Clients_of_Vertex_AI_sessions_find_what_they_wrote()
    {
        SkipUnlessPresent();
        await stack.WithAsync(BackingProduct.Postgres);

        await TellAsync("vertex.mjs", await stack.ApplicationAsync(), []);
    }

    [Fact]
    public async Task Data_of_Googles_own_clients_is_read_through_the_services_by_an_MCP_client_and_a_gRPC_client()
    {
        SkipUnlessPresent();
        foreach (var product in new[] { BackingProduct.Postgres, BackingProduct.PubSub, BackingProduct.Spanner, BackingProduct.Bigtable })
        {
            await stack.WithAsync(product);
        }

        await TellAsync("story.mjs", await stack.ApplicationAsync(),
        [
            ("pubsub", "PUBSUB_EMULATOR_HOST"), ("spanner", "SPANNER_EMULATOR_HOST"), ("bigtable", "BIGTABLE_EMULATOR_HOST"),
        ]);
    }

    private static void SkipUnlessPresent() => Expectation.SkipUnless(
        "node", NodeRuns() && Directory.Exists(Path.Combine(Folder, "node_modules")),
        "Node.js or tests/clients/node_modules is missing. Fix: npm ci --prefix tests/clients");

    private static bool NodeRuns()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            node.WaitForExit();
            return node.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;   // There is no such program.
        }
    }

    private static async Task TellAsync(string story, DistributedApplication application, (string Product, string Variable)[] emulators)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, story)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["GOOGLE_CLOUD_PROJECT"] = "runtime-local",
                // Google's clients look for a machine in its cloud unless told that there is none.
                ["METADATA_SERVER_DETECTION"] = "none",
                ["SESSIONS_GRPC"] = application.GetEndpoint("session-service", "Grpc").ToString(),
                ["SESSIONS_HTTP"] = application.GetEndpoint("session-service", "Http").ToString(),
                ["TOOLS_GRPC"] = application.GetEndpoint("tool-gateway", "Grpc").ToString(),
                ["TOOLS_HTTP"] = application.GetEndpoint("tool-gateway", "Http").ToString(),
            },
        };
        foreach (var (product, variable) in emulators)
        {
            start.Environment[variable] = application.GetEndpoint(product).Authority;
        }

        // The program limits its own time; this limit is for one that cannot.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Start);
        using var node = Process.Start(start)!;
        try
        {
            var (told, complained) = (node.StandardOutput.ReadToEndAsync(limit.Token), node.StandardError.ReadToEndAsync(limit.Token));
            await node.WaitForExitAsync(limit.Token);
            var output = await told + await complained;
            Assert.True(node.ExitCode == 0, $"{story} ended with {node.ExitCode}:\n{output}");
            TestContext.Current.TestOutputHelper?.WriteLine(output);
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }
    }
}
