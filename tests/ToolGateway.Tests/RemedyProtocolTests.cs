using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Tests;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>Whatever keeps an integration from working, a tool call that needs it hears the same code and the same one step over gRPC, MCP and HTTP.</summary>
/// <remarks>
/// Each condition is made for real: by settings, by a server that refuses as Google does, or by nothing being there. Where the gateway has a tool
/// for the integration, that is called; elsewhere one of this test, which asks the integration as the doctor does.
/// </remarks>
public sealed class RemedyProtocolTests : IDisposable
{
    private const string Key = "<key file>";
    private const string Token = "GOOGLE_OAUTH_ACCESS_TOKEN=ya29.hush";
    private const string Project = "GOOGLE_CLOUD_PROJECT=p1";
    private const string Engine = "GOOGLE_CLOUD_AGENT_ENGINE_ID=7";
    private const string DataStore = "projects/p1/locations/eu/collections/default_collection/dataStores/d1";
    private const string Spec = "200 openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://api.test/v1'}]\npaths: {}\ncomponents:\n securitySchemes:\n";

    private const string ListTables = """bigtable_list_tables {"instance_id":"i"}""";
    private const string Pull = """pull_messages {"subscription_name":"projects/p1/subscriptions/s"}""";
    private const string Publish = """publish_message {"topic_name":"projects/p1/topics/t","message":"m"}""";
    private const string Query = """spanner_execute_sql {"project_id":"p1","instance_id":"i1","database_id":"d1","query":"SELECT 1"}""";

    /// <summary>Codes of an integration that are about what a caller sent, and not about what the operator has to do: the model reads them in an answer.</summary>
    private static readonly string[] OfTheCall = ["PUBSUB_NAME_INVALID", "SPANNER_REFUSED", "GEMINI_REFUSED", "BIGTABLE_NOT_FOUND"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("remedies-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    // The login.
    [InlineData("CREDENTIALS_NOT_FOUND", StatusCode.FailedPrecondition, "gcloud auth application-default login", Pull, null)]
    [InlineData("CREDENTIALS_FILE_MISSING", StatusCode.FailedPrecondition, "unset GOOGLE_APPLICATION_CREDENTIALS", Pull, null, "GOOGLE_APPLICATION_CREDENTIALS=/nowhere/key.json")]
    [InlineData("CREDENTIALS_FILE_INVALID", StatusCode.FailedPrecondition, "gcloud auth application-default login", Pull, null, "GOOGLE_APPLICATION_CREDENTIALS=/dev/null")]
    [InlineData("CREDENTIALS_EXPIRED", StatusCode.Unauthenticated, "gcloud iam service-accounts keys create <file> --iam-account=svc@p1.iam.gserviceaccount.com", Pull, """400 {"error":"invalid_grant"}""", $"GOOGLE_APPLICATION_CREDENTIALS={Key}")]
    [InlineData("ACCESS_TOKEN_EXPIRED", StatusCode.Unauthenticated, "export GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)", Pull, "Unauthenticated", Token, "Integrations:PubSub:Endpoint={grpc}")]
    [InlineData("QUOTA_PROJECT_DENIED", StatusCode.FailedPrecondition, "unset GOOGLE_CLOUD_QUOTA_PROJECT", Pull, "PermissionDenied no USER_PROJECT_DENIED", Token, "GOOGLE_CLOUD_QUOTA_PROJECT=q1", "Integrations:PubSub:Endpoint={grpc}")]
    [InlineData("QUOTA_PROJECT_DENIED", StatusCode.FailedPrecondition, "gcloud auth application-default set-quota-project <project-id>", ListTables, "PermissionDenied no USER_PROJECT_DENIED", Token, Project, "Integrations:Bigtable:Endpoint={grpc}")]
    [InlineData("SCOPE_INSUFFICIENT", StatusCode.FailedPrecondition, "gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform", Query, "PermissionDenied no ACCESS_TOKEN_SCOPE_INSUFFICIENT", Token, "Integrations:Spanner:Endpoint={grpc}")]
    // The product's project, API, role and address.
    [InlineData("PROJECT_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GOOGLE_CLOUD_PROJECT=<project-id>", ListTables, null)]
    [InlineData("API_NOT_ENABLED", StatusCode.FailedPrecondition, "gcloud services enable bigtableadmin.googleapis.com --project p1", ListTables, "PermissionDenied no SERVICE_DISABLED bigtableadmin.googleapis.com", Token, Project, "Integrations:Bigtable:Endpoint={grpc}")]
    [InlineData("PERMISSION_MISSING", StatusCode.PermissionDenied, "gcloud projects add-iam-policy-binding p1 --member=<principal> --role=roles/spanner.databaseReader", Query, "PermissionDenied no IAM_PERMISSION_DENIED", Token, "Integrations:Spanner:Endpoint={grpc}")]
    [InlineData("ENDPOINT_INVALID", StatusCode.FailedPrecondition, "unset Integrations__Spanner__Endpoint", Query, null, Token, "Integrations:Spanner:Endpoint=http://example.com")]
    // Emulators.
    [InlineData("SPANNER_EMULATOR_INVALID", StatusCode.FailedPrecondition, "export SPANNER_EMULATOR_HOST=127.0.0.1:<port>", Query, null, "SPANNER_EMULATOR_HOST=here")]
    [InlineData("SPANNER_EMULATOR_UNREACHABLE", StatusCode.Unavailable, "gcloud emulators spanner start --host-port=127.0.0.1:1", Query, null, "SPANNER_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("BIGTABLE_EMULATOR_INVALID", StatusCode.FailedPrecondition, "export BIGTABLE_EMULATOR_HOST=127.0.0.1:<port>", ListTables, null, Project, "BIGTABLE_EMULATOR_HOST=here")]
    [InlineData("BIGTABLE_EMULATOR_UNREACHABLE", StatusCode.Unavailable, "gcloud beta emulators bigtable start --host-port=127.0.0.1:1", ListTables, null, Project, "BIGTABLE_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("PUBSUB_EMULATOR_INVALID", StatusCode.FailedPrecondition, "export PUBSUB_EMULATOR_HOST=127.0.0.1:<port>", Publish, null, "PUBSUB_EMULATOR_HOST=here")]
    [InlineData("PUBSUB_EMULATOR_UNREACHABLE", StatusCode.Unavailable, "gcloud beta emulators pubsub start --host-port=127.0.0.1:1", Publish, null, "PUBSUB_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("BIGQUERY_EMULATOR_INVALID", StatusCode.FailedPrecondition, "export BIGQUERY_EMULATOR_HOST=127.0.0.1:<port>", "ask bigquery", null, Project, "BIGQUERY_EMULATOR_HOST=here")]
    [InlineData("BIGQUERY_EMULATOR_UNREACHABLE", StatusCode.Unavailable, "docker run --rm -p 127.0.0.1:1:9050 ghcr.io/goccy/bigquery-emulator --project=<project-id>", "ask bigquery", null, Project, "BIGQUERY_EMULATOR_HOST=127.0.0.1:1")]
    // What does not exist: the model may name another, so it is an answer.
    [InlineData("SPANNER_DATABASE_NOT_FOUND", StatusCode.OK, "gcloud spanner databases create d1 --instance=i1 --project=p1", Query, "NotFound Database_not_found", Token, "Integrations:Spanner:Endpoint={grpc}")]
    [InlineData("SPANNER_INSTANCE_NOT_FOUND", StatusCode.OK, "gcloud spanner instances create i1 --project=p1 --config=<config> --description=i1 --nodes=1", Query, "NotFound Instance_not_found", Token, "Integrations:Spanner:Endpoint={grpc}")]
    [InlineData("PUBSUB_TOPIC_NOT_FOUND", StatusCode.OK, "gcloud pubsub topics create t --project=p1", Publish, "NotFound no", Token, "Integrations:PubSub:Endpoint={grpc}")]
    [InlineData("PUBSUB_SUBSCRIPTION_NOT_FOUND", StatusCode.OK, "gcloud pubsub subscriptions create s --topic=<topic> --project=p1", Pull, "NotFound no", Token, "Integrations:PubSub:Endpoint={grpc}")]
    [InlineData("GEMINI_NOT_FOUND", StatusCode.OK, "", "ask gemini-developer-api", "NotFound no", "GEMINI_API_KEY=AIza-hush", "GOOGLE_GEMINI_BASE_URL={http}")]
    [InlineData("GEMINI_VERTEX_NOT_FOUND", StatusCode.OK, "", "ask gemini-on-vertex", "NotFound no", Token, Project, "GOOGLE_GENAI_USE_VERTEXAI=true", "GOOGLE_VERTEX_BASE_URL={http}")]
    [InlineData("DISCOVERY_ENGINE_NOT_FOUND", StatusCode.OK, "", "ask discovery-engine", "NotFound no", Token, $"Integrations:DiscoveryEngine:DataStore={DataStore}", "Integrations:DiscoveryEngine:Endpoint={http}")]
    [InlineData("VERTEX_SESSIONS_NOT_FOUND", StatusCode.OK, "", "ask vertex-sessions", "NotFound no", Token, Project, Engine, "GOOGLE_CLOUD_LOCATION=us-central1", "Integrations:VertexSessions:Endpoint={http}")]
    [InlineData("MEMORY_BANK_NOT_FOUND", StatusCode.OK, "", "ask memory-bank", "NotFound no", Token, Project, Engine, "GOOGLE_CLOUD_LOCATION=us-central1", "Integrations:MemoryBank:Endpoint={http}")]
    // Integrations whose settings the product itself reads.
    [InlineData("SPANNER_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export Integrations__Spanner__Database=projects/<project-id>/instances/<instance>/databases/<database>", "ask spanner", null, Project)]
    [InlineData("BIGTABLE_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GOOGLE_CLOUD_PROJECT=<project-id>", "ask bigtable", null, Token)]
    [InlineData("BIGQUERY_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GOOGLE_CLOUD_PROJECT=<project-id>", "ask bigquery", null, Token)]
    [InlineData("DISCOVERY_ENGINE_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export Integrations__DiscoveryEngine__DataStore=projects/<project-id>/locations/global/collections/default_collection/dataStores/<data-store>", "ask discovery-engine", null)]
    [InlineData("DISCOVERY_ENGINE_LOCATION_MISMATCH", StatusCode.FailedPrecondition, "unset Integrations__DiscoveryEngine__Location", "ask discovery-engine", null, $"Integrations:DiscoveryEngine:DataStore={DataStore}", "Integrations:DiscoveryEngine:Location=us")]
    [InlineData("MODEL_KEY_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GEMINI_API_KEY=<key>", "ask gemini-developer-api", null)]
    [InlineData("MODEL_KEY_INVALID", StatusCode.Unauthenticated, "export GEMINI_API_KEY=<key>", "ask gemini-developer-api", "InvalidArgument no API_KEY_INVALID", "GEMINI_API_KEY=AIza-hush", "GOOGLE_GEMINI_BASE_URL={http}")]
    [InlineData("MODEL_MODE_AMBIGUOUS", StatusCode.FailedPrecondition, "unset GOOGLE_API_KEY", "ask gemini-on-vertex", null, Project, "GOOGLE_GENAI_USE_VERTEXAI=1", "GOOGLE_API_KEY=AIza-hush")]
    [InlineData("GEMINI_VERTEX_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GOOGLE_GENAI_USE_VERTEXAI=true", "ask gemini-on-vertex", null)]
    [InlineData("VERTEX_ENGINE_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GOOGLE_CLOUD_AGENT_ENGINE_ID=<engine-id>", "ask vertex-sessions", null, Project)]
    [InlineData("LOCATION_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export GOOGLE_CLOUD_LOCATION=us-central1", "ask memory-bank", null, Project, Engine)]
    [InlineData("BIGTABLE_EMULATOR_NO_SQL", StatusCode.FailedPrecondition, "unset BIGTABLE_EMULATOR_HOST", "ask-sql", "Unimplemented no", Project, "BIGTABLE_EMULATOR_HOST={grpc}")]
    [InlineData("OPENAPI_SPEC_MISSING", StatusCode.FailedPrecondition, "export Integrations__OpenAPI__Spec=<path or address>", "ask openapi", null)]
    [InlineData("OPENAPI_SPEC_UNREACHABLE", StatusCode.Unavailable, "curl -sSI http://127.0.0.1:1/spec", "ask openapi", null, "Integrations:OpenAPI:Spec=http://127.0.0.1:1/spec")]
    [InlineData("OPENAPI_SPEC_INVALID", StatusCode.FailedPrecondition, "correct line 2 of the document", "ask openapi", "200 {\n\"openapi\": \"3.0.3\",,}", "Integrations:OpenAPI:Spec={http}/spec")]
    [InlineData("OPENAPI_CREDENTIAL_MISSING", StatusCode.FailedPrecondition, "export Integrations__OpenAPI__Credentials__key=<credential>", "ask openapi", Spec + "  key: {type: apiKey, in: header, name: X}\nsecurity: [{key: []}]\n", "Integrations:OpenAPI:Spec={http}/spec")]
    [InlineData("OAUTH_CLIENT_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export Integrations__OpenAPI__OAuthClientId=<client-id>", "ask openapi", Spec + "  login: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.test/token', scopes: {}}}}\nsecurity: [{login: []}]\n", "Integrations:OpenAPI:Spec={http}/spec")]
    [InlineData("TOOLBOX_NOT_CONFIGURED", StatusCode.FailedPrecondition, "export TOOLBOX_URL=http://127.0.0.1:5000", "ask toolbox-and-mcp", null)]
    [InlineData("UPSTREAM_URL_INVALID", StatusCode.FailedPrecondition, "export TOOLBOX_URL=http://127.0.0.1:5000", "ask toolbox-and-mcp", null, "TOOLBOX_URL=127.0.0.1")]
    [InlineData("TOOLBOX_UNREACHABLE", StatusCode.Unavailable, "toolbox --tools-file tools.yaml", "ask toolbox-and-mcp", null, "TOOLBOX_URL=http://127.0.0.1:1")]
    [InlineData("MCP_UNREACHABLE", StatusCode.Unavailable, "start the MCP server at http://127.0.0.1:1/mcp", "ask toolbox-and-mcp", null, "Integrations:ToolboxAndMCP:McpUrl=http://127.0.0.1:1/mcp")]
    [InlineData("UPSTREAM_DENIED", StatusCode.Unauthenticated, "export Integrations__ToolboxAndMCP__Token=<token>", "ask toolbox-and-mcp", "401 {}", "TOOLBOX_URL={http}", "Integrations:ToolboxAndMCP:Token=hush")]
    public async Task A_call_hears_the_code_and_the_one_step_over_each_protocol(
        string code, StatusCode status, string fix, string call, string? cloud, params string[] settings)
    {
        await using var server = await OpenAsync(cloud);
        await using var gateway = new Gateway([.. settings.Select(setting => Fill(setting, server).Split('=', 2))]);
        var (tool, arguments) = call.Split(' ', 2) switch
        {
            ["ask", var integration] => ("ask", $$"""{"integration":"{{integration}}"}"""),
            [var name, var given] => (name, given),
            [var name] => (name, "{}"),
            _ => throw new InvalidOperationException(call),
        };

        var overMcp = await gateway.McpAsync("/mcp", "tools/call", new() { ["name"] = tool, ["arguments"] = JsonNode.Parse(arguments) }, Cancellation);
        using var client = gateway.CreateClient();
        using var body = new StringContent(arguments, Encoding.UTF8, "application/json");
        using var overHttp = await client.PostAsync(new Uri($"/api/tool/{tool}/invoke", UriKind.Relative), body, Cancellation);
        var answer = await overHttp.Content.ReadAsStringAsync(Cancellation);

        Assert.True((bool)overMcp["result"]!["isError"]!);
        var result = JsonNode.Parse((string)overMcp["result"]!["content"]![0]!["text"]!)!;
        Assert.Equal(code, (string?)result["error_code"]);
        Assert.EndsWith(fix, (string?)result["error_details"], StringComparison.Ordinal);
        if (status is StatusCode.OK)
        {
            var (content, isError) = await gateway.CallAsync(tool, arguments, Cancellation);

            Assert.True(isError);
            Assert.Equal((code, (string?)result["error_details"]), ((string?)content["error_code"], (string?)content["error_details"]));
            Assert.True(overHttp.IsSuccessStatusCode);
            Assert.Equal((string?)result["error_details"], (string?)JsonNode.Parse((string)JsonNode.Parse(answer)!["result"]!)!["error"]);
            return;
        }

        var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync(tool, arguments, Cancellation));
        var details = error.GetRpcStatus()!;
        var info = details.GetDetail<ErrorInfo>()!;
        Assert.Equal((status, code, fix), (error.StatusCode, info.Reason, info.Metadata["fix"]));
        var link = Assert.Single(details.GetDetail<Help>()!.Links);
        Assert.Equal((fix, ServiceException.DocsOf(info.Metadata["integration"])), (link.Description, link.Url));
        Assert.EndsWith($" Fix: {fix}", error.Status.Detail, StringComparison.Ordinal);

        Assert.Equal((fix, info.Metadata["integration"], link.Url), ((string?)result["fix"], (string?)result["integration"], (string?)result["docs"]));
        Assert.Equal(ErrorMapping.ToHttpStatus(status), (int)overHttp.StatusCode);
        Assert.Equal(error.Status.Detail, (string?)JsonNode.Parse(answer)!["error"]);
        Assert.DoesNotContain("hush", $"{details}{overMcp}{answer}", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_code_of_every_integration_is_made_above()
    {
        var made = typeof(RemedyProtocolTests).GetMethod(nameof(A_call_hears_the_code_and_the_one_step_over_each_protocol))!
            .GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Cast<InlineDataAttribute>().Select(row => (string)row.Data[0]!);

        var declared = IntegrationCatalogue.BuiltIn.All.Where(entry => entry is not SessionDatabaseIntegration)
            .SelectMany(entry => entry.Remedies.Concat(entry.SharedRemedies)).Select(remedy => remedy.Code).Distinct();

        Assert.Empty(declared.Except(made).Except(OfTheCall));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Starts what stands in for the cloud: <c>400 body</c> answers so, <c>Status message reason service</c> refuses as Google does.</summary>
    private static async Task<FakeCloud?> OpenAsync(string? cloud) => cloud switch
    {
        null => null,
        _ when char.IsAsciiDigit(cloud[0]) => await FakeCloud.AnsweringAsync(int.Parse(cloud.AsSpan(0, 3), provider: null), cloud[4..]),
        _ => cloud.Split(' ') is var parts
            ? await FakeCloud.RefusingAsync(
                Enum.Parse<StatusCode>(parts[0]), parts.ElementAtOrDefault(1)?.Replace('_', ' ') ?? "no", parts.ElementAtOrDefault(2),
                ("consumer", "projects/p1"), ("service", parts.ElementAtOrDefault(3) ?? "some.googleapis.com"))
            : null,
    };

    private string Fill(string setting, FakeCloud? cloud)
    {
        // An emulator's address has no scheme.
        var grpc = setting.Contains("EMULATOR_HOST", StringComparison.Ordinal) ? cloud?.Grpc["http://".Length..] : cloud?.Grpc;
        return setting.Replace("{grpc}", grpc, StringComparison.Ordinal).Replace("{http}", cloud?.Http, StringComparison.Ordinal)
            .Replace(Key, setting.Contains(Key, StringComparison.Ordinal) ? WriteKey($"{cloud?.Http}/token") : null, StringComparison.Ordinal);
    }

    private string WriteKey(string tokenUri)
    {
        using var rsa = RSA.Create(2048);
        var file = Path.Combine(_folder.FullName, "key.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            type = "service_account",
            project_id = "p1",
            private_key_id = "k1",
            private_key = rsa.ExportPkcs8PrivateKeyPem(),
            client_email = "svc@p1.iam.gserviceaccount.com",
            client_id = "1",
            token_uri = tokenUri,
        }));
        return file;
    }

    private sealed class Gateway(string[][] settings) : GatewayFixture
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            foreach (var setting in settings)
            {
                builder.UseSetting(setting[0], setting[1]);
            }

            builder.ConfigureTestServices(services => services.AddSingleton<IToolset, AskingToolset>());
        }
    }

    /// <summary>Tools that need an integration which the gateway has no tool for.</summary>
    private sealed class AskingToolset(Preflight preflight, GoogleCloud.Bigtable.Sql.BigtableSqlClient bigtable) : IToolset
    {
        public string Name => "asking";

        public IReadOnlyList<ITool> Tools { get; } =
        [
            new Tool("ask", [new("integration", ParameterKind.String, "Its key.") { Required = true }], async (call, cancellationToken) =>
                await IntegrationCatalogue.BuiltIn.All.Single(entry => entry.Key == call.Arguments.Text("integration")).ProbeAsync(preflight, cancellationToken)),
            new Tool("ask-sql", [], async (_, cancellationToken) =>
            {
                await foreach (var row in bigtable.QueryAsync("projects/p1/instances/i1", new("SELECT 1"), cancellationToken))
                {
                }
            }),
        ];

        private sealed class Tool(string name, IReadOnlyList<ToolParameter> parameters, Func<ToolCall, CancellationToken, Task> ask) : ITool
        {
            public ToolDescription Description { get; } = new(name, name, "Asks.", ToolEffects.Reads, parameters);

            public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
            {
                await ask(call, cancellationToken);
                return ToolResult.Success(("results", "ready"));
            }
        }
    }
}
