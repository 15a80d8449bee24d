using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Api;
using Google.Cloud.AIPlatform.V1Beta1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Runtime.SessionService.Tests.Vertex;

/// <summary>The Vertex AI Sessions API over REST beside the native API, on one store.</summary>
public sealed class VertexRestTests(SessionServiceHost host) : ApiTest(host), IClassFixture<SessionServiceHost>
{
    private readonly HttpClient _http = host.CreateClient();
    private readonly EndpointDataSource _endpoints = host.Services.GetRequiredService<EndpointDataSource>();

    private string Engine => $"/v1beta1/projects/p/locations/l/reasoningEngines/{App}";

    [Fact]
    public void Every_HTTP_binding_of_the_service_is_mapped_in_both_versions_but_the_short_names_only_in_v1beta1()
    {
        var mapped = _endpoints.Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
                .Select(method => $"{method} {Anonymous(endpoint.RoutePattern.RawText!)}"))
            .ToHashSet();
        var bindings =
            from method in SessionServiceReflection()
            let rule = method.GetOptions().GetExtension(AnnotationsExtensions.Http)
            from binding in new[] { rule }.Concat(rule.AdditionalBindings)
            select $"{binding.PatternCase.ToString().ToUpperInvariant()} {Anonymous(Template(binding))}";

        var beta = bindings.ToList();
        Assert.Equal(14, beta.Count);
        Assert.All(beta, binding => Assert.Contains(binding, mapped));
        Assert.All(beta, binding => Assert.Equal(
            binding.Contains("projects", StringComparison.Ordinal), mapped.Contains(binding.Replace("/v1beta1/", "/v1/", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_session_of_the_native_API_is_the_same_session_here_and_its_event_is_told_whole()
    {
        await CreateAsync("s_1", """{"a":1,"app:x":2}""");
        await AppendAsync("s_1", At(5, "e1", "i", json: """{"content":{"parts":[{"text":"hi"}]},"usage_metadata":{"total_token_count":3}}"""));

        var session = await GetAsync($"{Engine}/sessions/s_1");
        var events = await GetAsync($"{Engine}/sessions/s_1/events");

        Assert.Equal(User, (string?)session["userId"]);
        AssertJson("""{"a":1,"app:x":2}""", session["sessionState"]!.ToJsonString());
        var only = events["sessionEvents"]!.AsArray().Single()!;
        Assert.EndsWith("/sessions/s_1/events/e1", (string?)only["name"], StringComparison.Ordinal);
        Assert.Equal("hi", (string?)only["content"]!["parts"]![0]!["text"]);
        Assert.Equal(3, (int?)only["rawEvent"]!["usageMetadata"]!["totalTokenCount"]);
    }

    [Fact]
    public async Task What_is_written_here_the_native_API_reads_as_an_event_of_ADK()
    {
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=chat", """{"userId":"u","sessionState":{"app:x":1}}""");
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions/chat:appendEvent",
            """{"author":"agent","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","actions":{"transferAgent":"b","stateDelta":{"user:y":2}},"eventMetadata":{"branch":"a.b"}}""");

        var native = await base.GetAsync("chat");

        AssertJson("""{"app:x":1,"user:y":2}""", native.StateJson);
        using var stored = JsonDocument.Parse(native.Events.Single().EventJson);
        Assert.Equal("b", stored.RootElement.GetProperty("actions").GetProperty("transfer_to_agent").GetString());
        Assert.Equal("a.b", stored.RootElement.GetProperty("branch").GetString());
    }

    [Fact]
    public async Task A_scope_in_a_key_is_the_sessions_own()
    {
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=one", """{"userId":"u","sessionState":{"app:x":1}}""");
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=two", """{"userId":"u","sessionState":{"app:x":2}}""");

        AssertJson("""{"app:x":1}""", (await GetAsync($"{Engine}/sessions/one"))["sessionState"]!.ToJsonString());
        AssertJson("""{"app:x":2}""", (await GetAsync($"{Engine}/sessions/two"))["sessionState"]!.ToJsonString());
    }

    [Fact]
    public async Task A_repeated_append_of_one_raw_event_is_stored_once_and_another_event_of_its_id_gets_an_id_of_its_own()
    {
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=chat", """{"userId":"u"}""");
        var first = Event("one");
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions/chat:appendEvent", first);
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions/chat:appendEvent", first);
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions/chat:appendEvent", Event("two"));

        var events = (await GetAsync($"{Engine}/sessions/chat/events"))["sessionEvents"]!.AsArray();

        Assert.Equal(["one", "two"], events.Select(one => (string?)one!["content"]!["parts"]![0]!["text"]));
        Assert.EndsWith("/events/e1", (string?)events[0]!["name"], StringComparison.Ordinal);
        Assert.DoesNotContain("/events/e1", (string?)events[1]!["name"], StringComparison.Ordinal);
        Assert.Equal("e1", (string?)events[1]!["rawEvent"]!["id"]);

        static string Event(string text) => $$$$"""
            {"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","content":{"parts":[{"text":"{{{{text}}}}"}]},
             "rawEvent":{"id":"e1","content":{"parts":[{"text":"{{{{text}}}}"}]}}}
            """;
    }

    [Fact]
    public async Task A_partial_event_is_taken_and_not_kept()
    {
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=chat", """{"userId":"u"}""");
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions/chat:appendEvent",
            """{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","eventMetadata":{"partial":true}}""");

        Assert.Null((await GetAsync($"{Engine}/sessions/chat/events"))["sessionEvents"]);
    }

    [Fact]
    public async Task A_name_that_two_users_have_is_refused_with_what_to_do()
    {
        await CreateAsync(new() { SessionId = "chat" });
        await Client.CreateSessionAsync(new() { AppName = App, UserId = "other", SessionId = "chat" }, cancellationToken: Cancellation);

        var error = await RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"{Engine}/sessions/chat");

        Assert.Equal("FAILED_PRECONDITION", (string?)error["status"]);
        Assert.Equal("SESSION_NAME_AMBIGUOUS", Reason(error));
        Assert.Equal("ALREADY_EXISTS", (string?)(await RefusedAsync(
            HttpStatusCode.Conflict, HttpMethod.Post, $"{Engine}/sessions?sessionId=chat", """{"userId":"third"}"""))["status"]);
    }

    [Fact]
    public async Task A_session_that_came_back_under_another_user_is_found()
    {
        await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=chat", """{"userId":"u"}""");
        await DeleteAsync("chat");
        await Client.CreateSessionAsync(new() { AppName = App, UserId = "other", SessionId = "chat" }, cancellationToken: Cancellation);

        Assert.Equal("other", (string?)(await GetAsync($"{Engine}/sessions/chat"))["userId"]);
    }

    [Theory]
    [InlineData("GET", "/sessions?pageSize=-1", "", "page_size")]
    [InlineData("GET", "/sessions?pageSize=x", "", "page_size")]
    [InlineData("GET", "/sessions?orderBy=mood", "", "order_by")]
    [InlineData("GET", "/sessions?filter=user_id%3C%22a%22", "", "filter")]
    [InlineData("GET", "/sessions?filter=user_id%3D%22a", "", "filter")]
    [InlineData("GET", "/sessions?filter=user_id%3D%22a%22+OR+user_id%3D%22b%22", "", "filter")]
    [InlineData("GET", "/sessions/s/events?filter=timestamp%3E%3D%22soon%22", "", "filter")]
    [InlineData("GET", "/sessions/s/events?orderBy=author", "", "order_by")]
    [InlineData("GET", "/sessions/s/events?pageToken=x", "", "page_token")]
    [InlineData("POST", "/sessions", "[]", "session")]
    [InlineData("POST", "/sessions", "{", "session")]
    [InlineData("POST", "/sessions", """{"userId":1}""", "session.user_id")]
    [InlineData("POST", "/sessions", """{"userId":"u","sessionState":[]}""", "session.session_state")]
    [InlineData("POST", "/sessions", """{"userId":"u","labels":{"A":"b"}}""", "session.labels")]
    [InlineData("POST", "/sessions", """{"userId":"u","labels":{"a":1}}""", "session.labels.a")]
    [InlineData("POST", "/sessions", """{"userId":"u","ttl":"soon"}""", "session.ttl")]
    [InlineData("POST", "/sessions", """{"userId":"u","ttl":"60s"}""", "session.ttl")]
    [InlineData("POST", "/sessions", """{"userId":"u","ttl":"90000s","expireTime":"2999-01-01T00:00:00Z"}""", "session.expire_time")]
    [InlineData("POST", "/sessions?sessionId=1abc", """{"userId":"u"}""", "session_id")]
    [InlineData("PATCH", "/sessions/s", "{}", "update_mask")]
    [InlineData("PATCH", "/sessions/s?updateMask=mood", "{}", "update_mask")]
    [InlineData("PATCH", "/sessions/s?updateMask=labels", """{"userId":"other"}""", "session.user_id")]
    [InlineData("POST", "/sessions/s:appendEvent", """{"invocationId":"i","timestamp":"2026-01-01T00:00:00Z"}""", "event.author")]
    public async Task What_cannot_be_used_is_refused_by_the_name_of_its_field(string method, string path, string body, string field)
    {
        await CreateAsync("s");

        var error = await RefusedAsync(HttpStatusCode.BadRequest, new(method), Engine + path, body.Length > 0 ? body : null);

        Assert.Equal(400, (int?)error["code"]);
        Assert.Equal("INVALID_ARGUMENT", (string?)error["status"]);
        Assert.Equal(field, (string?)Detail(error, "BadRequest")!["fieldViolations"]![0]!["field"]);
        Assert.NotEmpty((string?)Detail(error, "RequestInfo")!["requestId"] ?? "");
    }

    [Fact]
    public async Task An_event_past_the_limit_is_refused_with_the_setting()
    {
        await CreateAsync("s");
        var text = new string('x', 5000);

        var error = await RefusedAsync(HttpStatusCode.TooManyRequests, HttpMethod.Post, $"{Engine}/sessions/s:appendEvent",
            $$$"""{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","content":{"parts":[{"text":"{{{text}}}"}]}}""");

        Assert.Equal("RESOURCE_EXHAUSTED", (string?)error["status"]);
    }

    [Fact]
    public async Task Pages_of_sessions_and_events_come_in_order_and_end()
    {
        foreach (var id in (string[])["a", "b", "c", "d", "e"])
        {
            await SendAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId={id}", """{"userId":"u"}""");
        }

        var seen = new List<string>();
        for (var token = ""; ;)
        {
            var page = await GetAsync($"{Engine}/sessions?pageSize=2&orderBy=create_time&pageToken={token}");
            seen.AddRange(page["sessions"]!.AsArray().Select(session => ((string?)session!["name"])!.Split('/')[^1]));
            if ((string?)page["nextPageToken"] is not { } next)
            {
                break;
            }

            token = next;
        }

        Assert.Equal(["a", "b", "c", "d", "e"], seen);
    }

    [Fact]
    public async Task An_operation_is_found_for_an_hour_below_anything_and_not_with_another_id()
    {
        var created = await SendAsync(HttpMethod.Post, $"{Engine}/sessions", """{"userId":"u"}""");
        var name = (string)created["name"]!;
        var id = name.Split('/')[^1];

        foreach (var path in (string[])[$"/v1beta1/{name}", $"/v1/{name}", $"/v1beta1/operations/{id}", $"/v1beta1/projects/p/locations/l/operations/{id}"])
        {
            var found = await GetAsync(path);
            Assert.True((bool?)found["done"]);
            Assert.Equal((string?)created["response"]!["name"], (string?)found["response"]!["name"]);
        }

        Assert.Equal("OPERATION_NOT_FOUND", Reason(await RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"/v1beta1/operations/{id[..^2]}AA")));
        Assert.Equal("OPERATIONS_NOT_LISTED", Reason(await RefusedAsync(HttpStatusCode.NotImplemented, HttpMethod.Get, "/v1beta1/operations")));
        await SendAsync(HttpMethod.Post, $"/v1beta1/operations/{id}:cancel", "{}");
        await SendAsync(HttpMethod.Delete, $"/v1beta1/operations/{id}", null);
    }

    [Fact]
    public async Task What_is_no_method_is_answered_in_Googles_shape() =>
        Assert.Equal("METHOD_NOT_FOUND", Reason(await RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "/v1/projects/p")));

    private static IEnumerable<Google.Protobuf.Reflection.MethodDescriptor> SessionServiceReflection() =>
        SessionServiceReflectionFile.Services.Single().Methods;

    private static Google.Protobuf.Reflection.FileDescriptor SessionServiceReflectionFile => CreateSessionRequest.Descriptor.File;

    private static string Template(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => rule.Get,
        HttpRule.PatternOneofCase.Post => rule.Post,
        HttpRule.PatternOneofCase.Patch => rule.Patch,
        _ => rule.Delete,
    };

    /// <summary>A route without the names of its parts, from ASP.NET's form and from Google's alike.</summary>
    private static string Anonymous(string route)
    {
        var plain = new StringBuilder();
        foreach (var (index, part) in route.Split('{', '}').Index())
        {
            // Within braces: a name alone is one segment, Google's "parent=projects/*/locations/*" says what it holds.
            plain.Append(index % 2 == 0 ? part : part.Contains('=', StringComparison.Ordinal) ? part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..] : "*");
        }

        return plain.ToString();
    }

    private static string? Reason(JsonNode error) => (string?)Detail(error, "ErrorInfo")!["reason"];

    private static JsonNode? Detail(JsonNode error, string type) =>
        error["details"]!.AsArray().Single(detail => (string?)detail!["@type"] == $"type.googleapis.com/google.rpc.{type}");

    private new Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body)
    {
        var (status, answer) = await AskAsync(method, path, body);
        Assert.True(status == HttpStatusCode.OK, answer.ToJsonString());
        return answer;
    }

    private async Task<JsonNode> RefusedAsync(HttpStatusCode expected, HttpMethod method, string path, string? body = null)
    {
        var (status, answer) = await AskAsync(method, path, body);
        Assert.Equal((expected, (int)expected), (status, (int?)answer["error"]!["code"]));
        return answer["error"]!;
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> AskAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.SendAsync(request, Cancellation);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!);
    }
}
