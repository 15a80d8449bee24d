using System.ComponentModel;
using System.Diagnostics;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>The client library of MCP Toolbox, unchanged, with either server: <c>tests/toolbox-peer/clients.mjs</c>.</summary>
public sealed class ClientLibraryTests(ServerPair servers) : ServerPairTest(servers)
{
    private const string Program = "clients.mjs";

    [Fact]
    public async Task The_library_works_with_Toolbox() => await TellAsync(Servers.Theirs);

    [Fact]
    public async Task The_library_works_with_the_gateway() => await TellAsync(Servers.Ours);

    private async Task TellAsync(ToolServer server)
    {
        Expectation.SkipUnless("node", NodeRuns(), "Node.js is missing. Fix: install it (Debian: apt-get install nodejs npm)");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Start);
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(ToolboxPackage.Folder, Program)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["TOOLBOX_URL"] = server.Address.GetLeftPart(UriPartial.Authority),
                ["TOKEN"] = Servers.Issuer.Sign("toolbox-tests", ("given_name", "Ada")),
            },
        })!;
        try
        {
            var (told, complained) = (node.StandardOutput.ReadToEndAsync(limit.Token), node.StandardError.ReadToEndAsync(limit.Token));
            await node.WaitForExitAsync(limit.Token);
            Assert.True(node.ExitCode == 0, $"{Program} ended with {node.ExitCode}:\n{await told}{await complained}");
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }
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
}
