using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Runtime.ToolGateway.Tests;

public sealed class McpProtocolTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mcp", 11)]
    [InlineData("mcp/", 11)]
    [InlineData("mcp/fake", 4)]
    [InlineData("mcp/spanner", 2)]
    public async Task A_path_offers_all_tools_or_those_of_its_toolset(string path, int count)
    {
        await using var client = await ConnectAsync(path);

        Assert.Equal(count, (await client.ListToolsAsync(cancellationToken: Cancellation)).Count);
    }

    [Fact]
    public async Task Annotations_say_what_a_call_does()
    {
        await using var client = await ConnectAsync("mcp");
        var tools = (await client.ListToolsAsync(cancellationToken: Cancellation)).ToDictionary(tool => tool.Name, tool => tool.ProtocolTool.Annotations!);

        Assert.True(tools["spanner_execute_sql"].ReadOnlyHint);
        Assert.False(tools["publish_message"].ReadOnlyHint);
        Assert.False(tools["publish_message"].DestructiveHint);
        Assert.True(tools["acknowledge_messages"].DestructiveHint);
        Assert.True(tools["acknowledge_messages"].IdempotentHint);
    }

    [Fact]
    public async Task A_result_comes_as_text_and_as_structure()
    {
        await using var client = await ConnectAsync("mcp");

        var result = await client.CallToolAsync("echo", new Dictionary<string, object?> { ["text"] = "a", ["loud"] = true }, cancellationToken: Cancellation);

        Assert.NotEqual(true, result.IsError);
        Assert.Equal("A", result.StructuredContent!.Value.GetProperty("results").GetString());
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text), JsonNode.Parse(result.StructuredContent.Value.GetRawText())));
    }

    [Fact]
    public async Task A_missing_configuration_is_a_result_with_its_remedy()
    {
        await using var client = await ConnectAsync("mcp");

        var result = await client.CallToolAsync(
            "publish_message", new Dictionary<string, object?> { ["topic_name"] = "projects/p/topics/t", ["message"] = "m" }, cancellationToken: Cancellation);

        Assert.True(result.IsError);
        var content = result.StructuredContent!.Value;
        Assert.Equal("ERROR", content.GetProperty("status").GetString());
        Assert.Equal("CREDENTIALS_NOT_FOUND", content.GetProperty("error_code").GetString());
        Assert.Equal("gcloud auth application-default login", content.GetProperty("fix").GetString());
        Assert.EndsWith("Fix: gcloud auth application-default login", content.GetProperty("error_details").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unexpected_failure_is_a_result_with_a_correlation_id_and_no_details()
    {
        await using var client = await ConnectAsync("mcp/fake");

        var result = await client.CallToolAsync("fail", cancellationToken: Cancellation);

        Assert.True(result.IsError);
        var details = result.StructuredContent!.Value.GetProperty("error_details").GetString();
        Assert.Contains("correlation id", details, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_of_another_toolset_is_unknown()
    {
        await using var client = await ConnectAsync("mcp/spanner");

        var error = await Assert.ThrowsAsync<McpProtocolException>(async () => await client.CallToolAsync("echo", cancellationToken: Cancellation));

        Assert.Equal(McpErrorCode.InvalidParams, error.ErrorCode);
    }

    [Fact]
    public async Task A_call_without_initialize_is_served()
    {
        var answer = await gateway.McpAsync(
            "mcp", "tools/call", new() { ["name"] = "echo", ["arguments"] = new JsonObject { ["text"] = "a" } }, Cancellation);

        Assert.Equal("a", (string?)JsonNode.Parse((string)answer["result"]!["content"]![0]!["text"]!)!["results"]);
        // The revision that a request without a version counts as has no structure.
        Assert.Null(answer["result"]!["structuredContent"]);
    }

    [Fact]
    public async Task An_unknown_toolset_is_not_found_and_the_known_ones_are_named()
    {
        using var client = gateway.CreateClient();
        using var response = await client.PostAsync(new Uri("mcp/none", UriKind.Relative), new StringContent("{}", mediaType: new("application/json")), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("bigtable, fake, pubsub, spanner", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", "https://evil.example", 403)]
    [InlineData("localhost", "null", 403)]
    [InlineData("evil.example", null, 403)]
    [InlineData("evil.example", "http://evil.example", 403)]
    [InlineData("localhost", "http://localhost:6274", 400)]
    [InlineData("127.0.0.1", null, 400)]
    public async Task A_web_page_from_elsewhere_is_refused(string host, string? origin, int status)
    {
        // 400: past the guard, where an empty message is not JSON-RPC.
        var context = await gateway.Server.SendAsync(
            request =>
            {
                request.Connection.LocalIpAddress = IPAddress.Loopback;
                request.Request.Method = HttpMethods.Post;
                request.Request.Path = "/mcp";
                request.Request.Host = new HostString(host, 5201);
                request.Request.ContentType = "application/json";
                request.Request.Headers.Accept = "application/json, text/event-stream";
                request.Request.Headers.Origin = origin;
            },
            Cancellation);

        Assert.Equal(status, context.Response.StatusCode);
        using var reader = new StreamReader(context.Response.Body);
        Assert.Equal(status is StatusCodes.Status403Forbidden, (await reader.ReadToEndAsync(Cancellation)).Contains("FOREIGN_CALLER", StringComparison.Ordinal));
    }

    private Task<McpClient> ConnectAsync(string path) => McpClient.CreateAsync(
        new HttpClientTransport(
            new() { Endpoint = new Uri(gateway.Server.BaseAddress, path), TransportMode = HttpTransportMode.StreamableHttp },
            gateway.CreateClient(),
            ownsHttpClient: true),
        cancellationToken: Cancellation);
}
