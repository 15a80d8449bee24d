using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Runtime.ToolGateway.Tests;

/// <summary>A tool or plugin asks the person behind the client.</summary>
public sealed class McpApprovalTests(McpFixture gateway) : IClassFixture<McpFixture>, IDisposable
{
    private const string CanAsk = """{"elicitation":{}}""";

    private readonly HttpClient _client = gateway.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("accept", true, true)]
    [InlineData("accept", false, false)]
    [InlineData("decline", true, false)]
    [InlineData("cancel", true, false)]
    public async Task In_a_session_the_person_is_asked_while_the_call_waits(string action, bool approve, bool approved)
    {
        ElicitRequestParams? asked = null;
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(
                new() { Endpoint = new Uri(gateway.Server.BaseAddress, "mcp"), TransportMode = HttpTransportMode.StreamableHttp }, gateway.CreateClient(), ownsHttpClient: true),
            new()
            {
                ProtocolVersion = "2025-11-25",
                Handlers = new()
                {
                    ElicitationHandler = (request, _) =>
                    {
                        asked = request;
                        return ValueTask.FromResult(new ElicitResult
                        {
                            Action = action,
                            Content = new Dictionary<string, JsonElement> { ["approve"] = JsonSerializer.SerializeToElement(approve) },
                        });
                    },
                },
            },
            cancellationToken: Cancellation);

        var result = await client.CallToolAsync("test_elicitation", cancellationToken: Cancellation);

        Assert.Equal("Go on?", asked?.Message);
        Assert.Equal(approved, result.StructuredContent!.Value.GetProperty("approved").GetBoolean());
    }

    [Fact]
    public async Task A_client_that_cannot_ask_is_answered_that_nobody_was_asked()
    {
        var session = await _client.InitializeAsync(Cancellation);
        foreach (var capabilities in (string[])["{}", """{"elicitation":{"url":{}}}"""])
        {
            using var perRequest = await _client.PostPerRequestAsync("tools/call", new() { ["name"] = "test_elicitation" }, Cancellation, capabilities);
            Assert.Equal("NOBODY_TO_ASK", await ErrorCodeAsync(perRequest));
        }

        using var inSession = await _client.PostMcpAsync(
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"test_elicitation"}}""", Cancellation, ("Mcp-Session-Id", session));
        Assert.Equal("NOBODY_TO_ASK", await ErrorCodeAsync(inSession));
    }

    [Theory]
    [InlineData("""{"action":"accept","content":{"approve":true}}""", true)]
    [InlineData("""{"action":"accept","content":{"approve":"yes"}}""", false)]
    [InlineData("""{"action":"accept"}""", false)]
    [InlineData("""{"action":"decline"}""", false)]
    public async Task In_the_newest_revision_the_client_asks_and_calls_again(string answer, bool approved)
    {
        gateway.Outcomes.Clear();
        var question = await AskAsync("test_elicitation", []);
        var asked = question["inputRequests"]!["approval"]!;
        Assert.Equal("input_required", (string?)question["resultType"]);
        Assert.Equal("elicitation/create", (string?)asked["method"]);
        Assert.Equal("Go on?", (string?)asked["params"]!["message"]);

        var result = await AskAsync("test_elicitation", Answered(question, answer));

        Assert.Equal(approved, (bool?)result["structuredContent"]!["approved"]);
        Assert.Equal(["test_elicitation: APPROVAL_ASKED", "test_elicitation: OK"], gateway.Outcomes);
    }

    [Fact]
    public async Task Each_question_of_a_call_is_asked_once()
    {
        const string Yes = """{"action":"accept","content":{"approve":true}}""";
        var first = await AskAsync("test_input_required_result_multi_round", []);
        var unanswered = await AskAsync("test_input_required_result_multi_round", Answered(first, "{}"));
        var second = await AskAsync("test_input_required_result_multi_round", Answered(unanswered, Yes));
        var result = await AskAsync("test_input_required_result_multi_round", Answered(second, Yes));

        Assert.Equal("Go on?", (string?)unanswered["inputRequests"]!["approval"]!["params"]!["message"]);
        Assert.Equal("Really?", (string?)second["inputRequests"]!["approval"]!["params"]!["message"]);
        Assert.True((bool?)result["structuredContent"]!["approved"]);
    }

    [Fact]
    public async Task An_approval_counts_for_the_call_it_was_given_for()
    {
        const string Yes = """{"action":"accept","content":{"approve":true}}""";
        var question = await AskAsync("test_elicitation", []);
        var (tampered, other, elsewhere) = (Answered(question, Yes), Answered(question, Yes), Answered(question, Yes));
        tampered["requestState"] = $"{tampered["requestState"]}x";
        other["arguments"] = new JsonObject { ["message"] = "another" };

        Assert.Equal(-32602, (await PostAsync("test_elicitation", tampered)).ErrorCode());
        Assert.Equal(-32602, (await PostAsync("test_elicitation", other)).ErrorCode());
        Assert.Equal(-32602, (await PostAsync("test_streaming_elicitation", elsewhere)).ErrorCode());
    }

    [Fact]
    public async Task A_call_with_progress_asks_on_its_stream_as_well()
    {
        using var response = await _client.PostPerRequestAsync(
            "tools/call", new() { ["name"] = "test_elicitation", ["_meta"] = new JsonObject { ["progressToken"] = 1 } }, Cancellation, CanAsk);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var question = (await response.MessagesAsync().SingleAsync(Cancellation))["result"]!;
        Assert.Equal("input_required", (string?)question["resultType"]);
        var result = await AskAsync("test_elicitation", Answered(question.AsObject(), """{"action":"accept","content":{"approve":true}}"""));
        Assert.True((bool?)result["structuredContent"]!["approved"]);
    }

    private static JsonObject Answered(JsonObject question, string answer) => new()
    {
        ["requestState"] = question["requestState"]!.DeepClone(),
        ["inputResponses"] = new JsonObject { ["approval"] = JsonNode.Parse(answer) },
    };

    private async Task<JsonObject> AskAsync(string tool, JsonObject parameters) => (await PostAsync(tool, parameters))["result"]!.AsObject();

    private async Task<JsonObject> PostAsync(string tool, JsonObject parameters)
    {
        parameters["name"] = tool;
        using var response = await _client.PostPerRequestAsync("tools/call", parameters, Cancellation, CanAsk);
        return await response.JsonAsync(Cancellation);
    }

    private static async Task<string?> ErrorCodeAsync(HttpResponseMessage response) =>
        (string?)(await response.JsonAsync(Cancellation))["result"]!["structuredContent"]!["error_code"];
}
