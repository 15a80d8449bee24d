using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>The <c>/api</c> protocol as a client of MCP Toolbox sees it. That MCP Toolbox itself answers so is tested beside the real server.</summary>
public sealed class ToolboxProtocolTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manifest_tells_of_every_tool_of_a_toolset()
    {
        var (status, manifest) = await GetAsync("/api/toolset/fake");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEmpty(manifest["serverVersion"]!.ToString());
        Assert.Equal(["count", "echo", "fail", "wait"], manifest["tools"]!.AsObject().Select(tool => tool.Key));
    }

    [Fact]
    public async Task A_parameter_is_told_with_its_type_and_default_and_what_it_holds()
    {
        var (_, manifest) = await GetAsync("/api/tool/echo");

        var echo = manifest["tools"]!["echo"]!;
        Assert.Equal("Returns what came.", echo["description"]!.ToString());
        Assert.Equal("[]", echo["authRequired"]!.ToJsonString());
        Assert.Equal(
            """
            [{"name":"text","type":"string","required":true,"description":"Any text.","authServices":[]},
            {"name":"times","type":"integer","required":false,"description":"How often.","authServices":[],"default":1},
            {"name":"loud","type":"boolean","required":false,"description":"In capitals.","authServices":[]},
            {"name":"tags","type":"array","required":false,"description":"Some tags.","authServices":[],
            "items":{"name":"item","type":"string","required":false,"description":"","authServices":[]}},
            {"name":"labels","type":"object","required":false,"description":"Some labels.","authServices":[],"additionalProperties":{"type":"string"}}]
            """.ReplaceLineEndings(""),
            echo["parameters"]!.ToJsonString());
    }

    [Fact]
    public async Task The_nameless_toolset_has_all_tools()
    {
        var (_, bare) = await GetAsync("/api/toolset");
        var (_, slash) = await GetAsync("/api/toolset/");

        Assert.Contains("echo", bare["tools"]!.AsObject().Select(tool => tool.Key));
        Assert.Contains("spanner_execute_sql", bare["tools"]!.AsObject().Select(tool => tool.Key));
        Assert.Equal(bare.ToJsonString(), slash.ToJsonString());
    }

    [Fact]
    public async Task Rows_come_as_an_array_in_a_text()
    {
        var (status, answer) = await InvokeAsync("count", """{"to":2}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"result":"[{\"n\":1},{\"n\":2}]"}""", answer);
    }

    [Fact]
    public async Task No_rows_come_as_an_empty_array() => Assert.Equal("""{"result":"[]"}""", (await InvokeAsync("count", """{"to":0}""")).Answer);

    [Fact]
    public async Task A_result_that_is_cut_says_so()
    {
        var (_, answer) = await InvokeAsync("count", """{"to":1000000}""");

        var result = JsonNode.Parse(answer)!;
        Assert.True(result["truncated"]!.GetValue<bool>());
        Assert.NotEmpty(JsonNode.Parse(result["result"]!.ToString())!.AsArray());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("quote \" backslash \\ newline \n bell \u0007 é 😀 <b>&amp;")]
    public async Task A_text_in_a_result_comes_back_as_it_went(string text)
    {
        var (_, answer) = await InvokeAsync("echo", new JsonObject { ["text"] = text }.ToJsonString());

        Assert.Equal(text, JsonNode.Parse(JsonNode.Parse(answer)!["result"]!.ToString())!["results"]!.ToString());
    }

    [Fact]
    public async Task What_the_model_can_correct_is_an_answer_that_names_the_argument()
    {
        var (status, answer) = await InvokeAsync("echo", "{}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("'text'", JsonNode.Parse(JsonNode.Parse(answer)!["result"]!.ToString())!["error"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused_as_no_text()
    {
        var (status, answer) = await InvokeAsync("echo", """{"text":"\ud800"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("surrogate", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_operator_must_correct_has_a_status_and_keeps_its_details_in_the_log()
    {
        var (status, answer) = await InvokeAsync("fail", "{}");

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Equal("Internal Server Error", JsonNode.Parse(answer)!["status"]!.ToString());
        Assert.Contains("correlation id", JsonNode.Parse(answer)!["error"]!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tool_that_takes_too_long_is_a_timeout() => Assert.Equal(HttpStatusCode.GatewayTimeout, (await InvokeAsync("wait", "{}")).Status);

    [Theory]
    [InlineData("/api/tool/none")]
    [InlineData("/api/toolset/none")]
    public async Task What_does_not_exist_is_not_found(string path)
    {
        var (status, answer) = await GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal("Not Found", answer["status"]!.ToString());
        Assert.Contains("'none'", answer["error"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("")]
    [InlineData("{\"a\":\"\u0001\"}")]
    public async Task Arguments_that_are_no_JSON_object_are_a_bad_request(string body)
    {
        var (status, answer) = await InvokeAsync("count", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("Bad Request", JsonNode.Parse(answer)!["status"]!.ToString());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_a_bad_request()
    {
        using var client = gateway.CreateClient();
        using var content = new ByteArrayContent([.. "{\"text\":\""u8, 0xFF, .. "\"}"u8]) { Headers = { ContentType = new("application/json") } };
        using var response = await client.PostAsync("/api/tool/echo/invoke", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Another_content_type_is_refused_without_a_body()
    {
        var (status, answer) = await InvokeAsync("count", "{}", "text/plain");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, ""), (status, answer));
    }

    [Fact]
    public async Task A_web_page_of_another_site_may_not_call()
    {
        using var client = gateway.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/tool/echo") { Headers = { { "Origin", "https://foreign.example" } } };
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_manifest_follows_the_catalogue()
    {
        await using var changing = gateway.WithWebHostBuilder(_ => { });
        using var client = changing.CreateClient();
        using var before = await client.GetAsync(new Uri("/api/tool/echo", UriKind.Relative), Cancellation);

        changing.Services.GetRequiredService<LiveCatalogue>().Replace(new([], DeclaredTools.None));
        using var after = await client.GetAsync(new Uri("/api/tool/echo", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (before.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task The_protocol_can_be_switched_off()
    {
        await using var without = gateway.WithWebHostBuilder(builder => builder.UseSetting("Toolbox:Enabled", "false"));
        using var client = without.CreateClient();
        using var response = await client.GetAsync(new Uri("/api/toolset/", UriKind.Relative), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> GetAsync(string path)
    {
        using var client = gateway.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!);
    }

    private async Task<(HttpStatusCode Status, string Answer)> InvokeAsync(string tool, string body, string contentType = "application/json")
    {
        using var client = gateway.CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
        using var response = await client.PostAsync($"/api/tool/{tool}/invoke", content, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
