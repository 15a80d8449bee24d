using System.ComponentModel;
using System.Diagnostics;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>What clients that other people wrote make of the composed stack: <c>tests/clients/story.mjs</c> is their program.</summary>
[Collection<StackOfProgramsGroup>]
public sealed class RealClientsTests(ProgramsFixture stack)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "clients");

    [Fact]
    public async Task Data_of_Googles_own_clients_is_read_through_the_services_by_an_MCP_client_and_a_gRPC_client()
    {
        Expectation.SkipUnless(
            "node", NodeRuns() && Directory.Exists(Path.Combine(Folder, "node_modules")),
            "Node.js or tests/clients/node_modules is missing. Fix: npm ci --prefix tests/clients");
        foreach (var product in new[] { BackingProduct.Postgres, BackingProduct.PubSub, BackingProduct.Spanner, BackingProduct.Bigtable })
        {
            await stack.WithAsync(product);
        }

        var (code, output) = await TellAsync(await stack.ApplicationAsync());

        Assert.True(code == 0, $"The story ended with {code}:\n{output}");
        TestContext.Current.TestOutputHelper?.WriteLine(output);
    }

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

    private static async Task<(int Code, string Output)> TellAsync(DistributedApplication application)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Folder, "story.mjs")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["GOOGLE_CLOUD_PROJECT"] = "runtime-local",
                ["SESSIONS_GRPC"] = application.GetEndpoint("session-service", "Grpc").ToString(),
                ["TOOLS_GRPC"] = application.GetEndpoint("tool-gateway", "Grpc").ToString(),
                ["TOOLS_HTTP"] = application.GetEndpoint("tool-gateway", "Http").ToString(),
                ["PUBSUB_EMULATOR_HOST"] = application.GetEndpoint("pubsub").Authority,
                ["SPANNER_EMULATOR_HOST"] = application.GetEndpoint("spanner").Authority,
                ["BIGTABLE_EMULATOR_HOST"] = application.GetEndpoint("bigtable").Authority,
            },
        };

        // The program limits its own time; this limit is for one that cannot.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Start);
        using var node = Process.Start(start)!;
        try
        {
            var (told, complained) = (node.StandardOutput.ReadToEndAsync(limit.Token), node.StandardError.ReadToEndAsync(limit.Token));
            await node.WaitForExitAsync(limit.Token);
            return (node.ExitCode, await told + await complained);
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }
    }
}
