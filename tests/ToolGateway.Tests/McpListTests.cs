using System.Text.Json.Nodes;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>What a client is told about tools, and in which shape results come.</summary>
public sealed class McpListTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>, IDisposable
{
    private readonly HttpClient _client = gateway.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_list_longer_than_a_page_goes_on_at_its_cursor()
    {
        using var paged = gateway.WithWebHostBuilder(builder => builder.UseSetting("Mcp:ToolsPerPage", "4")).CreateClient();
        var pages = new List<string[]>();
        string? cursor = null;
        do
        {
            var parameters = cursor is null ? new JsonObject() : new() { ["cursor"] = cursor };
            var result = (await ListAsync(paged, parameters))["result"]!;
            pages.Add([.. result["tools"]!.AsArray().Select(tool => (string)tool!["name"]!)]);
            cursor = (string?)result["nextCursor"];
        }
        while (cursor is not null);

        Assert.All(pages[..^1], page => Assert.Equal(4, page.Length));
        var whole = (await ListAsync(_client, []))["result"]!;
        Assert.Equal(whole["tools"]!.AsArray().Select(tool => (string)tool!["name"]!), pages.SelectMany(page => page));
        Assert.Null(whole["nextCursor"]);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"no cursor\"")]
    [InlineData("\"ZWNobzI\"")]
    [InlineData("7")]
    public async Task A_cursor_that_no_list_gave_is_refused(string cursor)
    {
        var answer = await ListAsync(_client, new() { ["cursor"] = JsonNode.Parse(cursor) });

        Assert.Equal(-32602, answer.ErrorCode());
    }

    [Fact]
    public async Task A_result_schema_is_listed_and_the_result_has_its_structure()
    {
        var tools = (await ListAsync(_client, []))["result"]!["tools"]!.AsArray().ToDictionary(tool => (string)tool!["name"]!, tool => tool!);

        Assert.Equal("object", (string?)tools["count"]["outputSchema"]!["type"]);
        Assert.Null(tools["echo"]["outputSchema"]);
        Assert.Equal("string", (string?)tools["echo"]["inputSchema"]!["properties"]!["text"]!["type"]);
        Assert.Equal("""{"rows":[{"n":1}]}""", (await CountAsync(1, "2025-06-18"))["structuredContent"]!.ToJsonString());
        Assert.Null((await CountAsync(1, "2025-03-26"))["structuredContent"]);
    }

    [Fact]
    public async Task An_error_of_a_tool_with_a_result_schema_is_text_only()
    {
        var error = await CountAsync(-1, "2025-06-18");

        Assert.True((bool?)error["isError"]);
        Assert.Contains("INVALID_ARGUMENT", (string?)Assert.Single(error["content"]!.AsArray())!["text"], StringComparison.Ordinal);
        Assert.Null(error["structuredContent"]);
    }

    [Theory]
    [InlineData(0, "[]")]
    [InlineData(1, """{"n":1}""")]
    [InlineData(3, """{"n":1}""", """{"n":2}""", """{"n":3}""")]
    public async Task Rows_come_as_one_text_each(int rows, params string[] texts)
    {
        var content = (await CountAsync(rows, "2025-06-18"))["content"]!.AsArray();

        Assert.Equal(texts, content.Select(part => (string?)part!["text"]));
    }

    [Fact]
    public async Task Rows_that_are_not_all_come_as_one_text_that_says_so()
    {
        using var limited = gateway.WithWebHostBuilder(builder => builder.UseSetting("Tools:Results:MaxBytes", "1024")).CreateClient();
        var result = await CountAsync(1000, "2025-06-18", limited);

        var text = JsonNode.Parse((string)Assert.Single(result["content"]!.AsArray())!["text"]!)!;
        Assert.True((bool?)text["truncated"]);
        Assert.True(JsonNode.DeepEquals(text, result["structuredContent"]));
    }

    [Fact]
    public async Task Clients_of_MCP_Toolbox_are_told_which_tokens_a_tool_wants()
    {
        using var client = gateway.WithWebHostBuilder(builder => builder.ConfigureTestServices(services => services.AddSingleton<IToolset, GuardedToolset>())).CreateClient();
        const string Toolbox = """{"extensions":{"com.google.cloud/toolbox.v1":{}}}""";

        var plain = Guarded(await ListAsync(client, []));
        var perRequest = Guarded(await (await client.PostPerRequestAsync("tools/list", [], Cancellation)).JsonAsync(Cancellation));
        var toolbox = Guarded(await (await client.PostPerRequestAsync("tools/list", [], Cancellation, Toolbox)).JsonAsync(Cancellation));

        Assert.Equal("""{"toolbox/authInvoke":["google"],"toolbox/authParam":{"user":["google"]}}""", plain["_meta"]!.ToJsonString());
        Assert.Equal("""{"com.google.cloud/authInvoke":["google"],"com.google.cloud/authParam":{"user":["google"]}}""", perRequest["_meta"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(perRequest["_meta"], toolbox["_meta"]));
        // A Toolbox client takes the parameter away itself; no other client would, so no other sees it.
        Assert.Equal([["id"], ["id"], ["id", "user"]], new[] { plain, perRequest, toolbox }.Select(tool => tool["inputSchema"]!["properties"]!.AsObject().Select(property => property.Key)));
    }

    private static JsonNode Guarded(JsonObject answer) => answer["result"]!["tools"]!.AsArray().Single(tool => (string?)tool!["name"] == "guarded")!;

    private static async Task<JsonObject> ListAsync(HttpClient client, JsonObject parameters)
    {
        using var response = await client.PostMcpAsync(
            new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = "tools/list", ["params"] = parameters }.ToJsonString(), Cancellation);
        return await response.JsonAsync(Cancellation);
    }

    private async Task<JsonNode> CountAsync(int to, string version, HttpClient? client = null)
    {
        using var response = await (client ?? _client).PostMcpAsync(
            $"{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{\"name\":\"count\",\"arguments\":{{\"to\":{to}}}}}}}",
            Cancellation,
            ("MCP-Protocol-Version", version));
        return (await response.JsonAsync(Cancellation))["result"]!;
    }

    private sealed class GuardedToolset : IToolset
    {
        public string Name => "guarded";

        public IReadOnlyList<ITool> Tools { get; } = [new Guarded()];

        private sealed class Guarded : ITool
        {
            public ToolDescription Description { get; } = new(
                "guarded",
                "Guarded",
                "Wants a token.",
                ToolEffects.Reads,
                [
                    new("id", ParameterKind.Integer, "Any."),
                    new("user", ParameterKind.String, "Who.") { Required = true, AuthServices = [new ClaimSource("google", "sub")] },
                ])
            {
                AuthRequired = ["google"],
            };

            public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => Task.FromResult(ToolResult.Success());
        }
    }
}
