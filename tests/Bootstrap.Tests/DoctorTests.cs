using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Readiness;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Tests;

public sealed class DoctorTests
{
    [Fact]
    public async Task A_machine_with_nothing_has_nothing_that_does_not_work()
    {
        await using var machine = new Machine();

        var report = await machine.ExamineAsync();

        Assert.Equal(IntegrationCatalogue.BuiltIn.All.Count, report.Findings.Count);
        Assert.All(report.Findings, finding => Assert.Equal(IntegrationState.NotConfigured, finding.State));
        Assert.True(report.Works);
    }

    [Fact]
    public async Task What_is_asked_for_by_name_or_half_configured_has_to_work()
    {
        await using var nothing = new Machine();
        await using var half = new Machine(("GOOGLE_CLOUD_AGENT_ENGINE_ID", "7"));

        Assert.False((await nothing.ExamineAsync("Pub/Sub")).Works);
        Assert.False((await half.ExamineAsync()).Works);
    }

    [Fact]
    public async Task Products_that_answer_are_ready_and_tell_who_asked()
    {
        await using var grpc = await FakeCloud.EmptyAsync();
        await using var rest = await FakeCloud.AnsweringAsync(200, "{}");
        await using var machine = new Machine(
            Machine.Token, Machine.Project, ("Integrations:Bigtable:Endpoint", grpc.Grpc), ("Integrations:PubSub:Endpoint", grpc.Grpc), ("Integrations:BigQuery:Endpoint", rest.Http),
            ("GOOGLE_CLOUD_AGENT_ENGINE_ID", "projects/p2/locations/us-east1/reasoningEngines/7"), ("Integrations:MemoryBank:Endpoint", rest.Http), ("GEMINI_API_KEY", "k"),
            ("GOOGLE_GEMINI_BASE_URL", rest.Http));

        var report = await machine.ExamineAsync("bigtable", "pub-sub", "bigquery", "memory-bank", "gemini-developer-api");

        Assert.All(report.Findings, finding => Assert.Equal((null, IntegrationState.Ready), (finding.Code, finding.State)));
        Assert.All(report.Findings, finding => Assert.Equal(
            finding.Integration is GoogleIntegration ? ("p1", "GOOGLE_OAUTH_ACCESS_TOKEN") : (null, "GEMINI_API_KEY"), (finding.Project, finding.CredentialsSource)));
        Assert.Contains(grpc.Requests, request => request.StartsWith("POST /google.bigtable.admin.v2.BigtableInstanceAdmin/ListInstances\n", StringComparison.Ordinal));
        Assert.Contains(grpc.Requests, request => request.StartsWith("POST /google.pubsub.v1.Publisher/ListTopics\n", StringComparison.Ordinal));
        Assert.Contains(rest.Requests, request => request.StartsWith("POST /bigquery/v2/projects/p1/queries\n", StringComparison.Ordinal));
        Assert.Contains(rest.Requests, request => request.StartsWith("GET /v1beta1/projects/p2/locations/us-east1/reasoningEngines/7/memories?pageSize=1\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_emulator_is_asked_without_credentials()
    {
        await using var emulator = await FakeCloud.EmptyAsync();
        var address = emulator.Grpc["http://".Length..];
        await using var machine = new Machine(
            Machine.Token, Machine.Project, ("SPANNER_EMULATOR_HOST", address), ("PUBSUB_EMULATOR_HOST", address), ("BIGTABLE_EMULATOR_HOST", address));

        var report = await machine.ExamineAsync("spanner", "pub-sub", "bigtable");

        Assert.All(report.Findings, finding => Assert.Equal((IntegrationState.Emulator, address, null), (finding.State, finding.Endpoint, finding.CredentialsSource)));
        Assert.DoesNotContain(emulator.Requests, request => request.Contains("authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_server_of_MCP_or_Toolbox_that_answers_is_ready()
    {
        await using var toolbox = await FakeCloud.AnsweringAsync(200, """{"serverVersion":"1","tools":{}}""");
        await using var mcp = await FakeCloud.StartAsync(context =>
        {
            context.Response.Headers["Mcp-Session-Id"] = "session-1";
            return context.Response.WriteAsync("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
        });
        await using var machine = new Machine(("TOOLBOX_URL", toolbox.Http), ("Integrations:ToolboxAndMCP:McpUrl", $"{mcp.Http}/mcp"));

        Assert.Equal(IntegrationState.Ready, (await machine.FindAsync("toolbox-and-mcp")).State);
        Assert.StartsWith("GET /api/toolset/\n", Assert.Single(toolbox.Requests), StringComparison.Ordinal);
        Assert.Equal(["POST /mcp", "DELETE /mcp"], mcp.Requests.Select(request => request.Split('\n')[0]));
        Assert.Contains("Mcp-Session-Id: session-1", mcp.Requests.Last(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Probes_run_at_once_and_one_that_hangs_ends_with_its_time()
    {
        var gate = new TaskCompletionSource();
        var both = IntegrationCatalogue.BuiltIn.With(new Waiting("First", gate), new Waiting("Second", gate), new Hanging());
        await using var machine = new Machine(both);

        // Each of the first two ends only when both have begun.
        var report = await machine.Get<Doctor>().ExamineAsync(["First", "Second", "Hanging"], TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        Assert.Equal([IntegrationState.Ready, IntegrationState.Ready, IntegrationState.Unreachable], report.Findings.Select(finding => finding.State));
        Assert.Equal(("DEADLINE_EXCEEDED", "dotnet run --project AppHost -- doctor --only hanging --timeout 8"), (report.Findings[2].Code, report.Findings[2].Fix));
    }

    [Fact]
    public async Task A_name_of_no_integration_is_refused_with_those_that_there_are()
    {
        await using var machine = new Machine();

        var error = await Assert.ThrowsAsync<InvalidArgumentException>(() => machine.ExamineAsync("spaner"));

        Assert.Contains("session-database, spanner, bigtable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_as_JSON_has_everything_but_secrets()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, "{}");
        await using var machine = new Machine(
            ("GOOGLE_OAUTH_ACCESS_TOKEN", "hush-token"), Machine.Project, ("GEMINI_API_KEY", "hush-key"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http),
            ("Integrations:BigQuery:Endpoint", cloud.Http), ("ConnectionStrings:sessions", "postgresql://u:hush-password@127.0.0.1:1/db"));

        var json = Answers.Json(await machine.ExamineAsync("bigquery", "gemini-developer-api", "session-database"));

        Assert.DoesNotContain("hush", json, StringComparison.Ordinal);
        var bigQuery = JsonDocument.Parse(json).RootElement.GetProperty("integrations").EnumerateArray().Single(item => item.GetProperty("key").GetString() == "bigquery");
        Assert.Equal("READY", bigQuery.GetProperty("state").GetString());
        Assert.Equal("p1", bigQuery.GetProperty("project").GetString());
        Assert.EndsWith("s", bigQuery.GetProperty("latency").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Ends when two of its kind have begun.</summary>
    private sealed class Waiting(string name, TaskCompletionSource gate) : OnlyForTests(name)
    {
        public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
        {
            if (Name == "Second")
            {
                gate.SetResult();
            }

            await gate.Task.WaitAsync(cancellationToken);
            return new("here");
        }
    }

    /// <summary>Does not even listen to its cancellation.</summary>
    private sealed class Hanging() : OnlyForTests("Hanging")
    {
        public override Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken) => new TaskCompletionSource<ProbeAnswer>().Task;
    }

    private abstract class OnlyForTests(string name) : Integration
    {
        public override string Name => name;

        public override IReadOnlyList<Setting> Settings => [];

        public override string Endpoint => "here";

        public override string Question => "nothing";

        public override IReadOnlyList<Remedy> Remedies => [];
    }
}
