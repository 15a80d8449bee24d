using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Tests;

/// <summary>What a client of MCP sees of HTTP: statuses, versions, sessions, batches and limits.</summary>
public sealed class McpTransportTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>, IDisposable
{
    private const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";
    private const string CallEcho = """{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"echo","arguments":{"text":"a"}}}""";

    private readonly HttpClient _client = gateway.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("application/json, text/plain, */*")]
    [InlineData("application/json")]
    [InlineData("*/*")]
    [InlineData("application/json, text/event-stream")]
    public async Task A_call_is_answered_with_plain_JSON_whatever_the_client_accepts(string accept)
    {
        using var response = await _client.PostMcpAsync(CallEcho, Cancellation, ("Accept", accept));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync(Cancellation);
        Assert.Equal("a", (string?)answer["id"]);
        Assert.Equal("a", (string?)JsonNode.Parse((string)answer["result"]!["content"]![0]!["text"]!)!["results"]);
    }

    [Theory]
    [InlineData("2024-11-05", "2024-11-05")]
    [InlineData("2025-03-26", "2025-03-26")]
    [InlineData("2025-06-18", "2025-06-18")]
    [InlineData("2025-11-25", "2025-11-25")]
    [InlineData("2099-01-01", "2025-11-25")]
    public async Task A_handshake_agrees_on_the_version_asked_for_or_on_the_newest(string asked, string agreed)
    {
        foreach (var accept in (string[])["application/json, text/event-stream", "application/json"])
        {
            using var response = await _client.PostMcpAsync(McpMessages.Handshake.Replace("2025-11-25", asked, StringComparison.Ordinal), Cancellation, ("Accept", accept));

            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Contains($"\"protocolVersion\":\"{agreed}\"", text, StringComparison.Ordinal);
            Assert.Contains("\"name\":\"runtime-tool-gateway\"", text, StringComparison.Ordinal);
            Assert.DoesNotContain("logging", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_that_takes_no_stream_is_served_without_a_session()
    {
        using var response = await _client.PostMcpAsync(McpMessages.Handshake, Cancellation, ("Accept", "application/json, text/plain, */*"));
        using var initialized = await _client.PostMcpAsync(
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""", Cancellation, ("Accept", "application/json"), ("MCP-Protocol-Version", "2025-11-25"));

        Assert.False(response.Headers.Contains("Mcp-Session-Id"));
        Assert.Equal(HttpStatusCode.Accepted, initialized.StatusCode);
        Assert.Equal("", await initialized.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task An_unknown_version_is_refused_with_those_that_are_spoken()
    {
        using var response = await _client.PostMcpAsync(Ping, Cancellation, ("MCP-Protocol-Version", "2099-01-01"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var answer = await response.JsonAsync(Cancellation);
        Assert.Equal(-32022, answer.ErrorCode());
        Assert.Equal(7, (int?)answer["id"]);
        Assert.Equal(5, answer["error"]!["data"]!["supported"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_session_is_known_until_its_client_ends_it()
    {
        var id = await _client.InitializeAsync(Cancellation);

        using var called = await _client.PostMcpAsync(CallEcho, Cancellation, ("Mcp-Session-Id", id));
        using var ended = await SendAsync(HttpMethod.Delete, ("Mcp-Session-Id", id));
        using var after = await _client.PostMcpAsync(CallEcho, Cancellation, ("Mcp-Session-Id", id));
        using var again = await SendAsync(HttpMethod.Delete, ("Mcp-Session-Id", id));

        Assert.Equal(HttpStatusCode.OK, called.StatusCode);
        // The agreed version, and not the assumed one, decides what a result has.
        Assert.NotNull((await called.JsonAsync(Cancellation))["result"]!["structuredContent"]);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        Assert.Equal("a", (string?)(await after.JsonAsync(Cancellation))["id"]);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task A_stream_is_offered_to_sessions_only()
    {
        using var none = await SendAsync(HttpMethod.Get);
        using var unknown = await SendAsync(HttpMethod.Get, ("Mcp-Session-Id", "x"));
        using var perRequest = await SendAsync(HttpMethod.Get, ("MCP-Protocol-Version", "2026-07-28"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, none.StatusCode);
        Assert.Equal(["POST"], none.Content.Headers.Allow);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, perRequest.StatusCode);
    }

    [Theory]
    [InlineData(Ping, null)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"no/such"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"prompts/list"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"server/discover"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call"}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"no_such"}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":[1]}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"x"}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"initialize","params":{}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":7}}""", -32602)]
    public async Task A_request_that_is_JSON_RPC_has_status_200_and_the_error_in_the_answer(string body, int? code)
    {
        using var response = await _client.PostMcpAsync(body, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.JsonAsync(Cancellation);
        Assert.Equal(7, (int?)answer["id"]);
        Assert.Equal(code, answer.ErrorCode());
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":"\ud800"}}""", -32700)]
    [InlineData("null", -32600)]
    [InlineData("7", -32600)]
    [InlineData("{}", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":7,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1.5,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":7}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7}""", -32600)]
    public async Task What_is_not_JSON_RPC_has_status_400(string body, int code)
    {
        using var response = await _client.PostMcpAsync(body, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, (await response.JsonAsync(Cancellation)).ErrorCode());
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        using var content = new ByteArrayContent([.. """{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":" """u8, 0xff, .. "\"}}"u8]) { Headers = { ContentType = new("application/json") } };
        using var response = await _client.PostAsync(new Uri("mcp", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(-32700, (await response.JsonAsync(Cancellation)).ErrorCode());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task A_body_that_is_not_said_to_be_JSON_is_refused(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Ping));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await _client.PostAsync(new Uri("mcp", UriKind.Relative), content, Cancellation);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_above_the_limit_is_refused_and_names_the_setting(bool withLength)
    {
        using var small = gateway.WithWebHostBuilder(builder => builder.UseSetting("Mcp:MaxRequestBytes", "2048")).CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "mcp") { Content = new ByteArrayContent(new byte[2049]) { Headers = { ContentType = new("application/json") } } };
        request.Headers.TransferEncodingChunked = !withLength;
        using var response = await small.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("Mcp:MaxRequestBytes", (string?)(await response.JsonAsync(Cancellation))["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_is_answered_in_the_revisions_that_have_batches()
    {
        const string Batch = """
            [{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},7,{"jsonrpc":"2.0","id":2,"method":"initialize","params":{}},
             {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a"}}}]
            """;
        using var response = await _client.PostMcpAsync(Batch, Cancellation, ("MCP-Protocol-Version", "2025-03-26"));
        using var silent = await _client.PostMcpAsync("""[{"jsonrpc":"2.0","method":"notifications/initialized"}]""", Cancellation);
        using var empty = await _client.PostMcpAsync("[]", Cancellation);
        using var later = await _client.PostMcpAsync(Batch, Cancellation, ("MCP-Protocol-Version", "2025-06-18"));

        var answers = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsArray();
        Assert.Equal([1, null, 2, 3], answers.Select(answer => (int?)answer!["id"]));
        Assert.Equal([null, -32600, -32600, null], answers.Select(answer => answer!.AsObject().ErrorCode()));
        Assert.Equal(HttpStatusCode.Accepted, silent.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, later.StatusCode);
        Assert.Equal(-32600, (await later.JsonAsync(Cancellation)).ErrorCode());
    }

    [Fact]
    public async Task Without_a_handshake_the_newest_revision_serves_discovery_lists_and_calls()
    {
        using var discovered = await _client.PostPerRequestAsync("server/discover", [], Cancellation);
        using var listed = await _client.PostPerRequestAsync("tools/list", [], Cancellation, accept: "application/json, text/plain, */*");
        using var called = await _client.PostPerRequestAsync("tools/call", new() { ["name"] = "echo", ["arguments"] = new JsonObject { ["text"] = "a" } }, Cancellation);
        using var unknown = await _client.PostPerRequestAsync("initialize", [], Cancellation);

        var discovery = (await discovered.JsonAsync(Cancellation))["result"]!;
        Assert.Contains("2026-07-28", discovery["supportedVersions"]!.AsArray().Select(version => (string?)version));
        Assert.True((bool?)discovery["capabilities"]!["tools"]!["listChanged"]);
        var list = (await listed.JsonAsync(Cancellation))["result"]!;
        Assert.Equal("complete", (string?)list["resultType"]);
        Assert.Equal("runtime-tool-gateway", (string?)list["_meta"]!["io.modelcontextprotocol/serverInfo"]!["name"]);
        Assert.Equal("a", (string?)(await called.JsonAsync(Cancellation))["result"]!["structuredContent"]!["results"]);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(-32601, (await unknown.JsonAsync(Cancellation)).ErrorCode());
    }

    [Theory]
    [InlineData("Mcp-Name", "other")]
    [InlineData("Mcp-Name", "=?base64?!?=")]
    [InlineData("Mcp-Method", "tools/list")]
    [InlineData("MCP-Protocol-Version", "2025-11-25")]
    public async Task Headers_of_the_newest_revision_that_the_body_contradicts_are_refused(string header, string value)
    {
        const string Body = """
            {"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a"},
             "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
            """;
        using var right = await _client.PostMcpAsync(
            Body, Cancellation, ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?ZWNobw==?="));
        using var wrong = await _client.PostMcpAsync(
            Body, Cancellation, ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo"), (header, value));

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal(-32020, (await wrong.JsonAsync(Cancellation)).ErrorCode());
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(method, "mcp");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }
}
