using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Runtime.Testing;

namespace Runtime.ToolGateway.Tests;

/// <summary>The public conformance suite of the protocol, npm <c>@modelcontextprotocol/conformance</c>, against the gateway with <see cref="ConformanceToolset"/>.</summary>
public sealed class McpConformanceTests(ServedGatewayFixture gateway) : IClassFixture<ServedGatewayFixture>
{
    private const string NoPrompts = "The gateway offers tools, and no prompts.";
    private const string NoResources = "The gateway offers tools, and no resources.";
    private const string NoLogging = "The gateway's log is its operator's: it sends none to clients.";
    private const string JsonOnly = "A tool of the gateway answers a JSON object: no image, sound or embedded resource.";
    private const string ApprovalOnly = "A tool of the gateway asks for a yes or no, and has no form of its own.";
    private const string NoSampling = "The gateway asks no client for the use of its model.";

    // What the suite tests and the gateway does not offer; without names of checks, all of the scenario.
    private static readonly NotApplicable[] Inapplicable =
    [
        new("completion-complete", "There are no prompts or resources whose arguments could be completed."),
        new("caching", NoPrompts, "sep-2549-prompts-list-caching-hints"),
        new("caching", NoResources, "sep-2549-resources-list-caching-hints", "sep-2549-resources-templates-list-caching-hints"),
        new("elicitation-sep1034-defaults", ApprovalOnly),
        new("elicitation-sep1330-enums", ApprovalOnly),
        new("http-custom-header-server-validation", "No tool asks for an argument to be repeated in a header."),
        new("input-required-result-basic-elicitation", ApprovalOnly),
        new("input-required-result-basic-list-roots", "The gateway has no use for a client's folders."),
        new("input-required-result-basic-sampling", NoSampling),
        new("input-required-result-capability-check", NoSampling),
        new("input-required-result-multiple-input-requests", ApprovalOnly),
        new("input-required-result-non-tool-request", NoPrompts),
        new("json-schema-2020-12", "The gateway makes the schemas of its tools from their parameters, and none has these keywords."),
        new("logging-set-level", NoLogging),
        new("prompts-get-embedded-resource", NoPrompts),
        new("prompts-get-simple", NoPrompts),
        new("prompts-get-with-args", NoPrompts),
        new("prompts-get-with-image", NoPrompts),
        new("prompts-list", NoPrompts),
        new("resources-list", NoResources),
        new("resources-read-binary", NoResources),
        new("resources-read-text", NoResources),
        new("resources-subscribe", NoResources),
        new("resources-templates-read", NoResources),
        new("resources-unsubscribe", NoResources),
        new(
            "server-stateless",
            "No call needs a capability of the client: without one to ask with, a tool answers that nobody could be asked.",
            "sep-2575-missing-capability-http-400",
            "sep-2575-server-rejects-undeclared-capability"),
        new("tools-call-audio", JsonOnly),
        new("tools-call-embedded-resource", JsonOnly),
        new("tools-call-image", JsonOnly),
        new("tools-call-mixed-content", JsonOnly),
        new("tools-call-sampling", NoSampling),
        new("tools-call-with-logging", NoLogging),
    ];

    private static readonly string Modules = Path.Combine(Repository.Root, "tests", "conformance", "node_modules");

    [Theory]
    [InlineData("2025-03-26", 3)]
    [InlineData("2025-06-18", 16)]
    [InlineData("2025-11-25", 20)]
    [InlineData("2026-07-28", 40)]
    public async Task Every_check_that_applies_to_a_server_of_tools_passes(string version, int atLeast)
    {
        var suite = Path.Combine(Modules, "@modelcontextprotocol", "conformance", "dist", "index.js");
        Expectation.SkipUnless("node", File.Exists(suite), "The conformance suite is missing. Fix: npm ci --prefix tests/conformance");
        using var output = new OutputFolder();

        var said = await RunAsync([suite, "server", "--url", $"{gateway.Start()}mcp", "--suite", "all", "--spec-version", version, "-o", output.Path]);

        var checks = output.Checks();
        var failed = checks.Where(check => check.Status is "FAILURE").ToArray();
        Assert.Empty(failed.Where(check => !Inapplicable.Any(rule => rule.Covers(check))).Select(check => $"{check.Scenario}, {check.Id}: {check.Error}"));
        Assert.Empty(Inapplicable
            .Where(rule => checks.Any(check => check.Scenario == rule.Scenario) && !failed.Any(rule.Covers))
            .Select(rule => $"{rule.Scenario} passes, and is listed as one that does not apply"));
        Assert.True(checks.Count(check => check.Status is "SUCCESS") >= atLeast, said);
    }

    private static async Task<string> RunAsync(string[] arguments)
    {
        var shipped = Path.Combine(Modules, $"node-linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "bin", "node");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestTimeouts.Start);
        var start = new ProcessStartInfo(OperatingSystem.IsLinux() && File.Exists(shipped) ? shipped : "node", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        try
        {
            var (told, complained) = (node.StandardOutput.ReadToEndAsync(limit.Token), node.StandardError.ReadToEndAsync(limit.Token));
            await node.WaitForExitAsync(limit.Token);
            return await told + await complained;
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }
    }

    private sealed record NotApplicable(string Scenario, string Reason, params string[] Checks)
    {
        public bool Covers(Check check) => check.Scenario == Scenario && (Checks.Length is 0 || Checks.Contains(check.Id));
    }

    private sealed record Check(string Scenario, string Id, string Status, string? Error);

    private sealed class OutputFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("conformance-").FullName;

        // One folder a scenario, "server-ping-2026-01-31T12-00-00-000Z", with a list of checks.
        public IReadOnlyList<Check> Checks() =>
        [
            .. from folder in Directory.EnumerateDirectories(Path)
               let scenario = System.IO.Path.GetFileName(folder)["server-".Length..^"-2026-01-31T12-00-00-000Z".Length]
               from check in JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(folder, "checks.json")))!.AsArray()
               select new Check(scenario, (string)check!["id"]!, (string)check["status"]!, (string?)check["errorMessage"]),
        ];

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
