using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Cloud.Bigtable.V2;
using Google.Cloud.PubSub.V1;
using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using ModelContextProtocol.Client;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.PubSub;
using Runtime.GoogleCloud.Spanner;
using Runtime.Sessions.V1;
using Runtime.Tools.V1;
using SessionsClient = Runtime.Sessions.V1.Sessions.SessionsClient;
using ToolsClient = Runtime.Tools.V1.Tools.ToolsClient;

namespace Runtime.AppHost.FunctionalTests;

/// <summary>What a newcomer does first with the composed stack, whoever supplies its products.</summary>
public abstract class StackStory(StackFixture stack)
{
    private const string Project = "runtime-local";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_services_are_healthy_over_http_and_grpc()
    {
        var application = await stack.ApplicationAsync();

        foreach (var service in new[] { "session-service", "tool-gateway" })
        {
            using var http = application.CreateHttpClient(service, "Http");
            using var answer = await http.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);
            using var channel = GrpcChannel.ForAddress(application.GetEndpoint(service, "Grpc"));
            var health = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancellation);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        }
    }

    [Fact]
    public async Task A_session_is_read_back_after_a_restart_of_its_service()
    {
        var application = await stack.WithAsync(BackingProduct.Postgres);
        var user = $"user-{Guid.NewGuid():n}";
        using (var channel = GrpcChannel.ForAddress(application.GetEndpoint("session-service", "Grpc")))
        {
            var sessions = new SessionsClient(channel);
            await sessions.CreateSessionAsync(
                new CreateSessionRequest { AppName = "story", UserId = user, SessionId = "first", StateJson = """{"topic":"tea"}""" }, cancellationToken: Cancellation);
            await sessions.AppendEventAsync(
                new AppendEventRequest
                {
                    AppName = "story",
                    UserId = user,
                    SessionId = "first",
                    Event = new Event
                    {
                        Author = "user",
                        EventJson = """{"content":{"role":"user","parts":[{"text":"hello"}]},"novelty":9007199254740993}""",
                        StateDeltaJson = """{"user:name":"Ada","temp:scratch":1}""",
                    },
                },
                cancellationToken: Cancellation);
        }

        var restart = await application.ResourceCommands.ExecuteCommandAsync("session-service", KnownResourceCommands.RestartCommand, Cancellation);
        Assert.True(restart.Success, restart.ErrorMessage);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("session-service", Cancellation);

        using var again = GrpcChannel.ForAddress(application.GetEndpoint("session-service", "Grpc"));
        var session = await new SessionsClient(again).GetSessionAsync(
            new GetSessionRequest { AppName = "story", UserId = user, SessionId = "first" }, cancellationToken: Cancellation);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"topic":"tea","user:name":"Ada"}"""), JsonNode.Parse(session.StateJson)), session.StateJson);
        Assert.Contains("9007199254740993", Assert.Single(session.Events).EventJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_is_published_and_pulled_over_mcp_and_acknowledged_over_grpc()
    {
        var application = await stack.WithAsync(BackingProduct.PubSub);
        var id = $"story-{Guid.NewGuid():n}";
        var (topic, subscription) = ($"projects/{Project}/topics/{id}", $"projects/{Project}/subscriptions/{id}");
        var pubsub = await stack.ClientAsync<PubSubClient>();
        await pubsub.CreateTopicAsync(topic, Cancellation);
        await pubsub.CreateSubscriptionAsync(new Subscription { Name = subscription, Topic = topic, AckDeadlineSeconds = 60 }, Cancellation);

        var published = await CallOverMcpAsync(application, "publish_message", new() { ["topic_name"] = topic, ["message"] = "tea, please" });
        var pulled = await CallOverMcpAsync(application, "pull_messages", new() { ["subscription_name"] = subscription });
        var message = Assert.Single(pulled["messages"]!.AsArray())!;
        var acknowledged = await CallOverGrpcAsync(application, "acknowledge_messages", new { subscription_name = subscription, ack_ids = new[] { (string)message["ack_id"]! } });

        Assert.Equal((string?)published["message_id"], (string?)message["message_id"]);
        Assert.Equal("tea, please", (string?)message["data"]);
        Assert.Equal("SUCCESS", (string?)acknowledged["status"]);
    }

    [Fact]
    public async Task A_Spanner_table_is_listed_over_mcp_and_queried_over_grpc()
    {
        var application = await stack.WithAsync(BackingProduct.Spanner);
        var (instance, database) = await CreateSpannerDatabaseAsync("CREATE TABLE orders (id INT64, item STRING(MAX)) PRIMARY KEY (id)");

        var tables = await CallOverMcpAsync(application, "spanner_list_table_names", new() { ["instance_id"] = instance, ["database_id"] = database });
        var rows = await CallOverGrpcAsync(application, "spanner_execute_sql", new { instance_id = instance, database_id = database, query = "SELECT COUNT(*) AS n FROM orders" });

        Assert.Equal("""["orders"]""", tables["results"]!.ToJsonString());
        Assert.Equal("[[0]]", rows["rows"]!.ToJsonString());
    }

    [Fact]
    public async Task A_Bigtable_row_is_written_and_read_over_mcp()
    {
        var application = await stack.WithAsync(BackingProduct.Bigtable);
        var instance = $"projects/{Project}/instances/story";
        var table = $"t{Guid.NewGuid():n}";
        await (await stack.ClientAsync<BigtableAdminClient>()).CreateTableAsync(instance, table, ["orders"], Cancellation);
        await (await stack.ClientAsync<BigtableClient>()).MutateRowAsync(
            $"{instance}/tables/{table}", ByteString.CopyFromUtf8("row-1"),
            [
                new Mutation
                {
                    SetCell = new() { FamilyName = "orders", ColumnQualifier = ByteString.CopyFromUtf8("item"), TimestampMicros = 1000, Value = ByteString.CopyFromUtf8("tea") },
                },
            ],
            Cancellation);

        var tables = await CallOverGrpcAsync(application, "bigtable_list_tables", new { instance_id = "story" });
        var rows = await CallOverMcpAsync(application, "bigtable_read_rows", new() { ["instance_id"] = "story", ["table_id"] = table });

        Assert.Contains(table, tables["results"]!.AsArray().Select(name => (string?)name));
        Assert.Contains("tea", rows.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_an_emulator_is_gone_its_tools_are_unavailable_and_when_it_is_back_they_work()
    {
        var application = await stack.WithAsync(BackingProduct.Spanner);
        var (instance, database) = await CreateSpannerDatabaseAsync("CREATE TABLE before (id INT64) PRIMARY KEY (id)");
        await QueryAsync();

        await application.ResourceCommands.ExecuteCommandAsync("spanner", KnownResourceCommands.StopCommand, Cancellation);
        var refused = await Assert.ThrowsAsync<RpcException>(QueryAsync);
        using (var http = application.CreateHttpClient("tool-gateway", "Http"))
        {
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health", UriKind.Relative), Cancellation)).StatusCode);
        }

        await application.ResourceCommands.ExecuteCommandAsync("spanner", KnownResourceCommands.StartCommand, Cancellation);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("spanner", Cancellation);
        // The emulator forgets everything when it ends.
        (instance, database) = await CreateSpannerDatabaseAsync("CREATE TABLE after (id INT64) PRIMARY KEY (id)");

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Equal("[[1]]", (await QueryAsync())["rows"]!.ToJsonString());

        Task<JsonObject> QueryAsync() => CallOverGrpcAsync(application, "spanner_execute_sql", new { instance_id = instance, database_id = database, query = "SELECT 1" });
    }

    private async Task<(string Instance, string Database)> CreateSpannerDatabaseAsync(params string[] schema)
    {
        var spanner = await stack.ClientAsync<SpannerAdminClient>();
        var instance = $"i{Guid.NewGuid():n}"[..20];
        await spanner.CreateInstanceAsync(Project, instance, "emulator-config", Cancellation);
        var parent = $"projects/{Project}/instances/{instance}";
        await spanner.CreateDatabaseAsync(parent, "story", DatabaseDialect.GoogleStandardSql, Cancellation);
        await spanner.ChangeSchemaAsync($"{parent}/databases/story", schema, Cancellation);
        return (instance, "story");
    }

    private static async Task<JsonObject> CallOverGrpcAsync(DistributedApplication application, string tool, object arguments)
    {
        using var channel = GrpcChannel.ForAddress(application.GetEndpoint("tool-gateway", "Grpc"));
        var reply = await new ToolsClient(channel).CallToolAsync(
            new CallToolRequest { Name = tool, ArgumentsJson = JsonSerializer.Serialize(arguments) }, cancellationToken: Cancellation);
        Assert.False(reply.IsError, reply.ResultJson);
        return JsonNode.Parse(reply.ResultJson)!.AsObject();
    }

    private static async Task<JsonObject> CallOverMcpAsync(DistributedApplication application, string tool, Dictionary<string, object?> arguments)
    {
        await using var transport = new HttpClientTransport(new() { Endpoint = new Uri(application.GetEndpoint("tool-gateway", "Http"), "/mcp"), TransportMode = HttpTransportMode.StreamableHttp });
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: Cancellation);
        var result = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
        Assert.NotEqual(true, result.IsError);
        return JsonNode.Parse(result.StructuredContent!.Value.GetRawText())!.AsObject();
    }
}

[Collection<StackOfProgramsGroup>]
public sealed class StackOfPrograms(ProgramsFixture stack) : StackStory(stack);

public sealed class StackOfContainers(ContainersFixture stack) : StackStory(stack), IClassFixture<ContainersFixture>;
