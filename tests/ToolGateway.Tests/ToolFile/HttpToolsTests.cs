using System.Text.Json;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What <c>http</c> tools send, and what becomes of the answers.</summary>
public sealed class HttpToolsTests : IAsyncLifetime
{
    private readonly HttpApi _api = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _api.StartAsync(Cancellation);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_request_has_what_the_source_the_tool_and_the_call_say()
    {
        await using var gateway = Start("""
            send:
                kind: http
                source: api
                description: d
                method: post
                path: things/{{.id}}/parts?sort=up
                headers: { X-Tool: tool, X-Both: of the tool }
                requestBody: '{"age": {{.age}}, "name": "{{.name}}", "tags": {{json .tags}}, "note": {{json .note}}}'
                pathParams: [{ name: id, type: string, description: d }]
                queryParams:
                  - { name: q, type: string, description: d }
                  - { name: page, type: integer, description: d, required: false }
                bodyParams:
                  - { name: age, type: integer, description: d }
                  - { name: name, type: string, description: d }
                  - { name: tags, type: array, description: d, items: { type: string } }
                  - { name: note, type: string, description: d, required: false }
                headerParams: [{ name: X-Call, type: string, description: d }]
            """);

        var result = (await gateway.CallAsync("send", """{"id":"a b?c#d&e/f","q":"x&y=z é","age":5,"name":"a\"b\\","tags":["x"],"X-Call":"call"}""")).ToJson();

        Assert.Equal("POST", (string)result["method"]!);
        Assert.Equal("/api/things/a%20b%3Fc%23d%26e/f/parts?sort=up&key=k&q=x%26y%3Dz%20%C3%A9", (string)result["path"]!);
        Assert.Equal("""{"age": 5, "name": "a\u0022b\\", "tags": ["x"], "note": null}""", (string)result["body"]!);
        Assert.Equal(
            """{"Content-Type":"application/json; charset=utf-8","X-Both":"of the tool","X-Call":"call","X-Source":"source","X-Tool":"tool"}""",
            JsonSerializer.Serialize(result["headers"]!.AsObject().OrderBy(header => header.Key, StringComparer.Ordinal).ToDictionary(header => header.Key, header => (string)header.Value!)));
    }

    [Theory]
    [InlineData("""{"id":"../../secret"}""", "Argument 'id' is the string '../../secret'. Allowed: text without '..' between slashes.")]
    [InlineData("""{"id":"%2e%2e/x"}""", null)]
    [InlineData("""{"id":"x","X-Call":"a\r\nX-Evil: 1"}""", "Argument 'X-Call' is the string 'a\r\nX-Evil: 1'. Allowed: text of one line.")]
    [InlineData("""{"id":"x","raw":"1, \"admin\": true"}""", "Argument 'raw' is the string '1, \"admin\": true'. Allowed: one JSON value.")]
    public async Task A_value_stays_in_its_place(string arguments, string? problem)
    {
        await using var gateway = Start("""
            send:
                kind: http
                source: api
                description: d
                method: POST
                path: things/{{.id}}
                requestBody: '{"raw": {{.raw}}}'
                pathParams: [{ name: id, type: string, description: d }]
                bodyParams: [{ name: raw, type: string, description: d, default: "1" }]
                headerParams: [{ name: X-Call, type: string, description: d, required: false }]
            """);

        var result = await gateway.CallAsync("send", arguments);

        Assert.Equal(problem, (string?)result.ToJson()["error_details"]);
        if (problem is null)
        {
            Assert.Equal("/api/things/%252e%252e/x?key=k", (string)result.ToJson()["path"]!);
        }
    }

    [Fact]
    public async Task A_list_is_rows_and_text_is_a_result()
    {
        await using var gateway = Start("""
            list: { kind: http, source: api, description: d, method: GET, path: list }
              text: { kind: http, source: api, description: d, method: GET, path: text }
            """);

        Assert.Equal("""[{"a":1},"x",null]""", await gateway.RowsAsync("list"));
        Assert.Equal("""{"result":"plain"}""", (await gateway.CallAsync("text")).ToString());
        Assert.True(gateway.Describe("text").Effects is { ReadOnly: true, OpenWorld: true });
    }

    [Theory]
    [InlineData(404, "NotFound")]
    [InlineData(422, "UnprocessableEntity")]
    public async Task A_refusal_of_the_request_is_the_model_s_to_correct(int status, string name)
    {
        await using var gateway = Start($"ask: {{ kind: http, source: api, description: d, method: GET, path: status/{status} }}");

        Assert.Matches($@"^Source 'api' \(127\.0\.0\.1:[0-9]+\) answered with status {status} \({name}\)\. It says: the reason$", await gateway.RefusalAsync("ask"));
        Assert.Equal("HTTP_STATUS", (string?)(await gateway.CallAsync("ask")).ToJson()["error_code"]);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_for_a_result_is_the_model_s_and_one_that_is_not_even_read_is_not()
    {
        await using var gateway = Start("""
            large: { kind: http, source: api, description: d, method: GET, path: large/1100000 }
              huge: { kind: http, source: api, description: d, method: GET, path: large/17000000 }
            """);

        Assert.Equal("RESULT_TOO_LARGE", (string?)(await gateway.CallAsync("large")).ToJson()["error_code"]);
        Assert.Equal("SOURCE_ANSWER_TOO_LARGE", (await Assert.ThrowsAsync<LimitExceededException>(() => gateway.CallAsync("huge"))).Reason);
    }

    [Theory]
    [InlineData("api", "status/401", "SOURCE_DENIES")]
    [InlineData("api", "status/503", "SOURCE_UNAVAILABLE")]
    [InlineData("api", "away", "SOURCE_BLOCKED")]
    [InlineData("impatient", "wait", "SOURCE_TIMEOUT")]
    public async Task What_only_the_operator_can_correct_is_an_error(string source, string path, string reason)
    {
        await using var gateway = Start($"ask: {{ kind: http, source: {source}, description: d, method: GET, path: {path} }}");

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => gateway.CallAsync("ask"));

        Assert.Equal(reason, error.Reason);
    }

    [Theory]
    [InlineData("baseUrl: 'http://127.0.0.1:80'", "Field 'baseUrl' of Source 'api' is an address that it may not connect to.")]
    [InlineData("baseUrl: 'ftp://example.com'", "Field 'baseUrl' of Source 'api' is no address.")]
    [InlineData("baseUrl: 'http://example.com', allowedIpRanges: [10.0.0.0/99]", "Field 'allowedIpRanges' of Source 'api' has '10.0.0.0/99'.")]
    [InlineData("baseUrl: 'http://example.com', timeout: soon", "Field 'timeout' of source 'api' is 'soon'. Allowed: a duration such as 30s or 1m30s.")]
    public async Task A_wrong_source_is_named(string fields, string problem)
    {
        var problems = await DeclaredGateway.ProblemsOfAsync($"sources: {{ api: {{ kind: http, {fields} }} }}");

        Assert.Contains(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path: /elsewhere", "Field 'path' of Tool 'ask' leads out of the address of its source.")]
    [InlineData("path: 'x/{{.id}}'", "Field 'path' of Tool 'ask' has '{{.id}}'. There is none.")]
    [InlineData("path: x, requestBody: '{{printf .x}}'", "Field 'requestBody' of Tool 'ask' has '{{printf .x}}'. Allowed: {{.name}} and {{json .name}}.")]
    [InlineData("path: x, headerParams: [{ name: a b, type: string, description: d }]", "Parameter 'a b' of Tool 'ask' is a header. Allowed: the name of a header, and type string.")]
    public async Task A_wrong_tool_is_named(string fields, string problem)
    {
        var problems = await DeclaredGateway.ProblemsOfAsync($$"""
            sources: { api: { kind: http, baseUrl: 'http://example.com/v1/' } }
            tools: { ask: { kind: http, source: api, description: d, method: GET, {{fields}} } }
            """);

        Assert.Contains(problem, problems[0], StringComparison.Ordinal);
    }

    private DeclaredGateway Start(string tools) => new($$"""
        sources:
          api: { kind: http, baseUrl: "{{_api.Address}}/api/", headers: { X-Source: source, X-Both: of the source }, queryParams: { key: k }, allowedIpRanges: [127.0.0.0/8], returnFullError: true }
          impatient: { kind: http, baseUrl: "{{_api.Address}}/api/", timeout: 200ms, allowPrivateNetworks: true }
        tools:
          {{tools}}
        """);
}
