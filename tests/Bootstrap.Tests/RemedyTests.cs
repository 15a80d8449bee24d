using Grpc.Core;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;

namespace Runtime.Bootstrap.Tests;

/// <summary>Each condition that an integration names is made here, and has its code, its state and its one step.</summary>
public sealed class RemedyTests
{
    private const string Database = "projects/p1/instances/i1/databases/d1";
    private const string DataStore = "projects/p1/locations/eu/collections/default_collection/dataStores/d1";

    [Theory]
    [InlineData("pub-sub", "PROJECT_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>", "GOOGLE_OAUTH_ACCESS_TOKEN=t")]
    [InlineData("bigtable", "BIGTABLE_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>", "GOOGLE_OAUTH_ACCESS_TOKEN=t")]
    [InlineData("bigquery", "BIGQUERY_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>", "GOOGLE_OAUTH_ACCESS_TOKEN=t")]
    [InlineData("spanner", "SPANNER_NOT_CONFIGURED", "export Integrations__Spanner__Database=projects/<project-id>/instances/<instance>/databases/<database>", "GOOGLE_CLOUD_PROJECT=p1")]
    [InlineData("spanner", "PROJECT_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>", "SPANNER_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("pub-sub", "CREDENTIALS_NOT_FOUND", "gcloud auth application-default login", "GOOGLE_CLOUD_PROJECT=p1")]
    [InlineData("session-database", "SESSION_DB_NOT_CONFIGURED", "export SESSION_SERVICE_URI=sqlite:///./sessions.db")]
    [InlineData("gemini-developer-api", "MODEL_KEY_NOT_CONFIGURED", "export GEMINI_API_KEY=<key>")]
    [InlineData("gemini-on-vertex", "GEMINI_VERTEX_NOT_CONFIGURED", "export GOOGLE_GENAI_USE_VERTEXAI=true", "GOOGLE_CLOUD_PROJECT=p1")]
    [InlineData("gemini-on-vertex", "PROJECT_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>", "GOOGLE_GENAI_USE_VERTEXAI=TRUE")]
    [InlineData("vertex-sessions", "VERTEX_ENGINE_NOT_CONFIGURED", "export GOOGLE_CLOUD_AGENT_ENGINE_ID=<engine-id>", "GOOGLE_CLOUD_PROJECT=p1")]
    [InlineData("memory-bank", "PROJECT_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>", "GOOGLE_CLOUD_AGENT_ENGINE_ID=7")]
    [InlineData("memory-bank", "LOCATION_NOT_CONFIGURED", "export GOOGLE_CLOUD_LOCATION=us-central1", "GOOGLE_CLOUD_AGENT_ENGINE_ID=7", "GOOGLE_CLOUD_PROJECT=p1")]
    [InlineData("discovery-engine", "DISCOVERY_ENGINE_NOT_CONFIGURED", "export Integrations__DiscoveryEngine__DataStore=projects/<project-id>/locations/global/collections/default_collection/dataStores/<data-store>")]
    [InlineData("openapi", "OPENAPI_SPEC_MISSING", "export Integrations__OpenAPI__Spec=<path or address>")]
    [InlineData("openapi", "OPENAPI_SPEC_MISSING", "export Integrations__OpenAPI__Spec=<path or address>", "Integrations:OpenAPI:Spec=/nowhere/spec.yaml")]
    [InlineData("toolbox-and-mcp", "TOOLBOX_NOT_CONFIGURED", "export TOOLBOX_URL=http://127.0.0.1:5000")]
    public async Task What_is_not_set_has_the_step_that_sets_it(string name, string code, string fix, params string[] settings)
    {
        await using var machine = new Machine(Split(settings));

        var finding = await machine.FindAsync(name);

        Check(finding, code, IntegrationState.NotConfigured, fix);
    }

    [Theory]
    [InlineData("pub-sub", "CREDENTIALS_FILE_MISSING", "unset GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT=p1", "GOOGLE_APPLICATION_CREDENTIALS=/nowhere/key.json")]
    [InlineData("pub-sub", "PUBSUB_EMULATOR_INVALID", "export PUBSUB_EMULATOR_HOST=127.0.0.1:<port>", "PUBSUB_EMULATOR_HOST=here")]
    [InlineData("bigquery", "ENDPOINT_INVALID", "unset Integrations__BigQuery__Endpoint", "Integrations:BigQuery:Endpoint=http://example.com")]
    [InlineData("gemini-developer-api", "ENDPOINT_INVALID", "unset GOOGLE_GEMINI_BASE_URL", "GOOGLE_API_KEY=k", "GOOGLE_GEMINI_BASE_URL=ftp://example.com")]
    [InlineData("gemini-on-vertex", "MODEL_MODE_AMBIGUOUS", "unset GOOGLE_API_KEY", "GOOGLE_GENAI_USE_VERTEXAI=1", "GOOGLE_API_KEY=k", "GOOGLE_CLOUD_PROJECT=p1")]
    [InlineData("discovery-engine", "DISCOVERY_ENGINE_LOCATION_MISMATCH", "unset Integrations__DiscoveryEngine__Location", $"Integrations:DiscoveryEngine:DataStore={DataStore}", "Integrations:DiscoveryEngine:Location=us")]
    [InlineData("toolbox-and-mcp", "UPSTREAM_URL_INVALID", "export TOOLBOX_URL=http://127.0.0.1:5000", "TOOLBOX_URL=127.0.0.1")]
    public async Task What_is_set_and_cannot_work_has_the_step_that_corrects_it(string name, string code, string fix, params string[] settings)
    {
        await using var machine = new Machine(Split(settings));

        Check(await machine.FindAsync(name), code, IntegrationState.Invalid, fix);
    }

    [Theory]
    [InlineData("spanner", "SPANNER_EMULATOR_UNREACHABLE", "gcloud emulators spanner start --host-port=127.0.0.1:1", "SPANNER_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("bigtable", "BIGTABLE_EMULATOR_UNREACHABLE", "gcloud beta emulators bigtable start --host-port=127.0.0.1:1", "BIGTABLE_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("pub-sub", "PUBSUB_EMULATOR_UNREACHABLE", "gcloud beta emulators pubsub start --host-port=127.0.0.1:1", "PUBSUB_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("bigquery", "BIGQUERY_EMULATOR_UNREACHABLE", "docker run --rm -p 127.0.0.1:1:9050 ghcr.io/goccy/bigquery-emulator --project=<project-id>", "BIGQUERY_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("session-database", "SESSION_DB_UNREACHABLE", "Check it with: pg_isready -h 127.0.0.1 -p 1", "ConnectionStrings:sessions=postgresql://u:secret@127.0.0.1:1/db")]
    [InlineData("session-database", "SESSION_DB_UNREACHABLE", "Check it with: mysqladmin ping -h 127.0.0.1 -P 1", "SESSION_SERVICE_URI=mysql://u:secret@127.0.0.1:1/db")]
    [InlineData("session-database", "SESSION_DB_UNREACHABLE", "Start it with: gcloud emulators spanner start --host-port=127.0.0.1:1", "SESSION_SERVICE_URI=spanner:///projects/p1/instances/i1/databases/d1", "SPANNER_EMULATOR_HOST=127.0.0.1:1")]
    [InlineData("toolbox-and-mcp", "TOOLBOX_UNREACHABLE", "toolbox --tools-file tools.yaml", "TOOLBOX_URL=http://127.0.0.1:1")]
    [InlineData("toolbox-and-mcp", "MCP_UNREACHABLE", "start the MCP server at http://127.0.0.1:1/mcp", "Integrations:ToolboxAndMCP:McpUrl=http://127.0.0.1:1/mcp")]
    [InlineData("openapi", "OPENAPI_SPEC_UNREACHABLE", "curl -sSI http://127.0.0.1:1/spec.json", "Integrations:OpenAPI:Spec=http://127.0.0.1:1/spec.json")]
    public async Task What_does_not_answer_has_the_step_that_starts_or_finds_it(string name, string code, string fix, params string[] settings)
    {
        await using var machine = new Machine([Machine.Project, .. Split(settings)]);

        var finding = await machine.FindAsync(name);

        Check(finding, code, IntegrationState.Unreachable, fix);
        Assert.DoesNotContain("secret", $"{finding.Missing}{finding.Endpoint}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, null, "ACCESS_TOKEN_EXPIRED", "export GOOGLE_OAUTH_ACCESS_TOKEN=$(gcloud auth print-access-token)")]
    [InlineData(StatusCode.PermissionDenied, "SERVICE_DISABLED", "API_NOT_ENABLED", "gcloud services enable some.googleapis.com --project p1")]
    [InlineData(StatusCode.PermissionDenied, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "SCOPE_INSUFFICIENT", "gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform")]
    [InlineData(StatusCode.PermissionDenied, "USER_PROJECT_DENIED", "QUOTA_PROJECT_DENIED", "gcloud auth application-default set-quota-project <project-id>")]
    [InlineData(StatusCode.PermissionDenied, "IAM_PERMISSION_DENIED", "PERMISSION_MISSING", "gcloud projects add-iam-policy-binding p1 --member=<principal> --role=")]
    public async Task A_refusal_of_Google_has_the_step_that_fits_its_reason_over_gRPC_and_REST(StatusCode status, string? reason, string code, string fix)
    {
        await using var cloud = await FakeCloud.RefusingAsync(status, "no", reason, ("consumer", "projects/p1"), ("service", "some.googleapis.com"));
        await using var machine = new Machine(
            Machine.Token, Machine.Project, ("Integrations:Spanner:Database", Database), ("Integrations:Spanner:Endpoint", cloud.Grpc), ("Integrations:Bigtable:Endpoint", cloud.Grpc),
            ("Integrations:PubSub:Endpoint", cloud.Grpc), ("Integrations:BigQuery:Endpoint", cloud.Http), ("Integrations:DiscoveryEngine:DataStore", DataStore),
            ("Integrations:DiscoveryEngine:Endpoint", cloud.Http), ("GOOGLE_CLOUD_AGENT_ENGINE_ID", "7"), ("GOOGLE_CLOUD_LOCATION", "us-central1"),
            ("Integrations:VertexSessions:Endpoint", cloud.Http), ("Integrations:MemoryBank:Endpoint", cloud.Http), ("GOOGLE_GENAI_USE_VERTEXAI", "true"), ("GOOGLE_VERTEX_BASE_URL", cloud.Http));

        var report = await machine.ExamineAsync("spanner", "bigtable", "pubsub", "bigquery", "discoveryengine", "vertexsessions", "memorybank", "geminionvertex");

        Assert.Equal(8, report.Findings.Count);
        Assert.All(report.Findings, finding => Check(finding, code, IntegrationState.Denied, finding.Code == "PERMISSION_MISSING" ? fix + RoleOf(finding) : fix));
    }

    [Fact]
    public async Task A_quota_project_that_is_set_is_to_be_unset()
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.PermissionDenied, "no", "USER_PROJECT_DENIED", ("consumer", "projects/q1"));
        await using var machine = new Machine(Machine.Token, Machine.Project, ("GOOGLE_CLOUD_QUOTA_PROJECT", "q1"), ("Integrations:PubSub:Endpoint", cloud.Grpc));

        var finding = await machine.FindAsync("pub-sub");

        Check(finding, "QUOTA_PROJECT_DENIED", IntegrationState.Denied, "unset GOOGLE_CLOUD_QUOTA_PROJECT");
        Assert.Equal("q1", finding.QuotaProject);
        Assert.Contains("x-goog-user-project: q1", cloud.Requests.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BigQuery_errors_of_the_older_shape_are_understood()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(403, """{"error":{"code":403,"message":"Access Denied: Project p1","errors":[{"reason":"accessDenied","domain":"global"}]}}""");
        await using var machine = new Machine(Machine.Token, Machine.Project, ("Integrations:BigQuery:Endpoint", cloud.Http));

        Check(
            await machine.FindAsync("bigquery"), "PERMISSION_MISSING", IntegrationState.Denied,
            "gcloud projects add-iam-policy-binding <project-id> --member=<principal> --role=roles/bigquery.jobUser");
    }

    [Theory]
    [InlineData("Database not found: " + Database, "SPANNER_DATABASE_NOT_FOUND", "gcloud spanner databases create d1 --instance=i1 --project=p1")]
    [InlineData("Instance not found: projects/p1/instances/i1", "SPANNER_INSTANCE_NOT_FOUND", "gcloud spanner instances create i1 --project=p1 --config=<config> --description=i1 --nodes=1")]
    public async Task What_does_not_exist_has_the_command_that_creates_it(string message, string code, string fix)
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.NotFound, message);
        await using var machine = new Machine(Machine.Token, ("Integrations:Spanner:Database", Database), ("Integrations:Spanner:Endpoint", cloud.Grpc));

        Check(await machine.FindAsync("spanner"), code, IntegrationState.Invalid, fix);
    }

    [Fact]
    public async Task A_key_that_is_refused_names_the_variable_it_came_from_and_is_sent_as_a_header()
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.InvalidArgument, "API key not valid.", "API_KEY_INVALID");
        await using var machine = new Machine(("GOOGLE_GENAI_API_KEY", "AIza-secret"), ("GOOGLE_GEMINI_BASE_URL", cloud.Http));

        Check(await machine.FindAsync("gemini-developer-api"), "MODEL_KEY_INVALID", IntegrationState.Denied, "export GOOGLE_GENAI_API_KEY=<key>");
        var request = Assert.Single(cloud.Requests);
        Assert.StartsWith("GET /v1beta/models?pageSize=1\n", request, StringComparison.Ordinal);
        Assert.Contains("x-goog-api-key: AIza-secret", request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, "API_KEY_INVALID")]
    [InlineData(StatusCode.Unauthenticated, null)]
    [InlineData(StatusCode.PermissionDenied, "API_KEY_SERVICE_BLOCKED")]
    public async Task An_express_key_that_is_refused_is_told_from_a_login(StatusCode status, string? reason)
    {
        await using var cloud = await FakeCloud.RefusingAsync(status, "no", reason);
        await using var machine = new Machine(("GOOGLE_GENAI_USE_VERTEXAI", "true"), ("GOOGLE_API_KEY", "k"), ("GOOGLE_VERTEX_BASE_URL", cloud.Http));

        Check(await machine.FindAsync("gemini-on-vertex"), "MODEL_KEY_INVALID", IntegrationState.Denied, "export GOOGLE_API_KEY=<key>");
        Assert.StartsWith("POST /v1beta1/publishers/google/models/gemini-2.5-flash:countTokens\n", Assert.Single(cloud.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysqlite:///x", "Write sqlite:///relative.db.")]
    [InlineData("sqlite:///", "Write sqlite:///relative.db.")]
    [InlineData("postgresql://", "Add it at the end, as in postgresql://user:password@host:5432/sessions.")]
    [InlineData("nonsense", "Write sqlite:///relative.db.")]
    public async Task An_address_of_no_database_is_told_the_nearest_form_that_is_one(string address, string fix)
    {
        await using var machine = new Machine(("SESSION_SERVICE_URI", address));

        Check(await machine.FindAsync("session-database"), "SESSION_DB_URL_INVALID", IntegrationState.Invalid, fix);
    }

    [Fact]
    public async Task A_file_that_cannot_be_there_is_denied()
    {
        await using var machine = new Machine(("SESSION_SERVICE_URI", "sqlite:////nowhere/sessions.db"));

        Check(
            await machine.FindAsync("session-database"), "SESSION_DB_DENIED", IntegrationState.Denied,
            "Create its folder, and make it readable and writable for this process.");
    }

    [Theory]
    [InlineData("CREATE TABLE adk_internal_metadata (key TEXT PRIMARY KEY, value TEXT); INSERT INTO adk_internal_metadata VALUES ('schema_version','2');", "SESSION_SCHEMA_TOO_NEW", "Upgrade the service.")]
    [InlineData("CREATE TABLE events (id TEXT, actions BLOB);", "SESSION_SCHEMA_OUTDATED", "Migrate it with: dotnet run --project Services/SessionService -- migrate")]
    [InlineData("CREATE TABLE events (id TEXT, actions BLOB); CREATE TABLE runtime_events_v1 (id TEXT);", "SESSION_SCHEMA_MIGRATING", "Wait until it is done; if none is running, go on with: dotnet run --project Services/SessionService -- migrate")]
    public async Task Tables_of_another_version_are_left_alone_and_said(string statements, string code, string fix)
    {
        var file = Path.Combine(Path.GetTempPath(), $"bootstrap-{Guid.NewGuid():n}.db");
        try
        {
            using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=False"))
            {
                connection.Open();
                using var command = connection.CreateCommand();
                command.CommandText = statements;
                command.ExecuteNonQuery();
            }

            await using var machine = new Machine(("ConnectionStrings:sessions", $"sqlite:///{file}"));

            Check(await machine.FindAsync("session-database"), code, code.EndsWith("MIGRATING", StringComparison.Ordinal) ? IntegrationState.Unreachable : IntegrationState.Invalid, fix);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("openapi: 3.0.3\ninfo: [\n", "OPENAPI_SPEC_INVALID", "correct line 3 of the document")]
    [InlineData("{\n\"openapi\": \"3.0.3\",,}", "OPENAPI_SPEC_INVALID", "correct line 2 of the document")]
    [InlineData("swagger", "OPENAPI_SPEC_INVALID", "correct the document there")]
    [InlineData(Secured + "  key: {type: apiKey, in: header, name: X}\nsecurity: [{key: []}]\n", "OPENAPI_CREDENTIAL_MISSING", "export Integrations__OpenAPI__Credentials__key=<credential>")]
    [InlineData(Secured + "  login: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.test/token', scopes: {}}}}\nsecurity: [{login: []}]\n", "OAUTH_CLIENT_NOT_CONFIGURED", "export Integrations__OpenAPI__OAuthClientId=<client-id>")]
    public async Task A_document_that_cannot_be_read_or_used_says_why(string document, string code, string fix)
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, document);
        await using var machine = new Machine(("Integrations:OpenAPI:Spec", $"{cloud.Http}/spec"));

        Check(await machine.FindAsync("openapi"), code, IntegrationState.Invalid, fix);
    }

    [Fact]
    public async Task A_document_whose_credentials_are_there_is_ready_and_tells_its_server()
    {
        await using var cloud = await FakeCloud.AnsweringAsync(200, Secured + "  key: {type: apiKey, in: header, name: X}\nsecurity: [{key: []}]\n");
        await using var machine = new Machine(("Integrations:OpenAPI:Spec", $"{cloud.Http}/spec"), ("Integrations:OpenAPI:Credentials:key", "k"));

        var finding = await machine.FindAsync("openapi");

        Assert.Equal((IntegrationState.Ready, "https://api.test/v1"), (finding.State, finding.Endpoint));
    }

    [Theory]
    [InlineData(401, "{}", "UPSTREAM_DENIED", "export Integrations__ToolboxAndMCP__Token=<token>")]
    [InlineData(200, "<html>hello</html>", "TOOLBOX_UNREACHABLE", "toolbox --tools-file tools.yaml")]
    public async Task A_server_that_is_not_the_one_or_wants_a_token_is_told_from_one_that_is_not_there(int status, string body, string code, string fix)
    {
        await using var cloud = await FakeCloud.AnsweringAsync(status, body);
        await using var machine = new Machine(("TOOLBOX_URL", cloud.Http));

        var finding = await machine.FindAsync("toolbox-and-mcp");

        Assert.Equal((code, fix), (finding.Code, finding.Fix));
    }

    private const string Secured = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://api.test/v1'}]\npaths: {}\ncomponents:\n securitySchemes:\n";

    private static string RoleOf(Finding finding) => ((GoogleIntegration)finding.Integration).Product.Role;

    private static (string, string?)[] Split(string[] settings) => [.. settings.Select(setting => setting.Split('=', 2)).Select(parts => (parts[0], (string?)parts[1]))];

    private static void Check(Finding finding, string code, IntegrationState state, string fix)
    {
        Assert.Equal((code, state, fix), (finding.Code, finding.State, finding.Fix));
        Assert.Contains(finding.Integration.Remedies.Concat(finding.Integration.SharedRemedies), remedy => remedy.Code == code && remedy.State == state);
        Assert.NotEmpty(finding.Missing!);
        Assert.DoesNotContain("Fix:", finding.Missing, StringComparison.Ordinal);
        Assert.StartsWith("docs/runbook.md#", finding.Docs, StringComparison.Ordinal);
    }
}
