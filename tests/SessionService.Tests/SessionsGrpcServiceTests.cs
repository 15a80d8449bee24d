using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Runtime.Sessions.V1;
using Outcome = Runtime.Sessions.V1.AppendEventResponse.Types.Outcome;

namespace Runtime.SessionService.Tests;

public sealed class SessionsGrpcServiceTests(SessionServiceHost host) : IClassFixture<SessionServiceHost>
{
    private readonly Sessions.V1.Sessions.SessionsClient _client = host.OpenClient();
    private readonly string _app = Guid.CreateVersion7().ToString("n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_strips_the_id_and_makes_one_up_where_it_is_blank()
    {
        var named = await CreateAsync(" s1 ");
        var unnamed = await CreateAsync("  ");

        Assert.Equal("s1", named.SessionId);
        Assert.True(Guid.TryParse(unnamed.SessionId, out _));
        Assert.Equal("{}", unnamed.StateJson);
    }

    [Fact]
    public async Task Create_of_an_id_that_exists_is_already_exists()
    {
        await CreateAsync("s1");

        var error = await Assert.ThrowsAsync<RpcException>(() => CreateAsync("s1"));

        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
        Assert.Equal("SESSION_EXISTS", Info(error).Reason);
    }

    [Theory]
    [InlineData("", "u", "", "", "app_name")]
    [InlineData("a", "", "", "", "user_id")]
    [InlineData("a", "u\n", "", "", "user_id")]
    [InlineData("a", "u", "", "[1]", "state_json")]
    [InlineData("a", "u", "", "{", "state_json")]
    [InlineData("a", "u", "", """{"a":1,"a":2}""", "state_json")]
    [InlineData("a", "u", "", """{"a":["\u0000"]}""", "state_json")]
    public async Task Create_names_the_field_that_cannot_be_used(string app, string user, string id, string state, string field)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => _client.CreateSessionAsync(
            new() { AppName = app, UserId = user, SessionId = id, StateJson = state }, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(field, error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task Get_returns_state_and_events_of_what_was_appended()
    {
        await CreateAsync("s1", """{"a":1,"app:b":2}""");
        var appended = await AppendAsync("s1", new()
        {
            EventJson = """
                {"id":"e1","invocationId":"e-1","author":"agent","timestamp":1763872000123,"longRunningToolIds":["t"],"turnComplete":null,
                 "content":{"role":"model","parts":[{"functionCall":{"id":"c","name":"f","args":{"camelCase":1}}}]},
                 "actions":{"stateDelta":{"user:camelKey":9007199254740993,"temp:t":1},"artifactDelta":{"myFile":1}},"usageMetadata":{"promptTokenCount":3}}
                """,
        });

        var session = await _client.GetSessionAsync(new() { AppName = _app, UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation);

        Assert.Equal((Outcome.Appended, "e1", 1L), (appended.Outcome, appended.EventId, appended.Revision));
        Assert.Equal("""{"a":1,"app:b":2,"user:camelKey":9007199254740993}""", session.StateJson);
        Assert.Equal(1, session.Revision);
        Assert.Equal(session.UpdateTime, session.Events[0].Timestamp);
        var stored = Assert.Single(session.Events);
        Assert.Equal(("e1", "e-1", "agent", false, 1L), (stored.Id, stored.InvocationId, stored.Author, stored.HasPartial, stored.Revision));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_763_872_000_123), stored.Timestamp.ToDateTimeOffset());
        Assert.Equal("""{"user:camelKey":9007199254740993}""", stored.StateDeltaJson);
        AssertJson(
            """
            {"id":"e1","invocation_id":"e-1","author":"agent","timestamp":1763872000.123,"long_running_tool_ids":["t"],
             "content":{"role":"model","parts":[{"function_call":{"id":"c","name":"f","args":{"camelCase":1}}}]},
             "actions":{"state_delta":{"user:camelKey":9007199254740993},"artifact_delta":{"myFile":1}},"usage_metadata":{"prompt_token_count":3}}
            """,
            stored.EventJson);
    }

    [Fact]
    public async Task Get_of_another_users_session_is_not_found()
    {
        await CreateAsync("s1");

        var error = await Assert.ThrowsAsync<RpcException>(() => _client.GetSessionAsync(
            new() { AppName = _app, UserId = "thief", SessionId = "s1" }, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("SESSION_NOT_FOUND", Info(error).Reason);
    }

    [Fact]
    public async Task Get_brings_only_the_events_asked_for()
    {
        await CreateAsync("s1");
        for (var second = 1; second <= 4; second++)
        {
            await AppendAsync("s1", new() { Id = $"{second}", Author = "user", Timestamp = new() { Seconds = second } });
        }

        Assert.Equal(["1", "2", "3", "4"], await IdsAsync(new()));
        Assert.Empty(await IdsAsync(new() { NumRecentEvents = 0 }));
        Assert.Equal(["3", "4"], await IdsAsync(new() { NumRecentEvents = 2 }));
        Assert.Equal(["2", "3", "4"], await IdsAsync(new() { AfterTimestamp = new() { Seconds = 2 } }));
        Assert.Equal(["4"], await IdsAsync(new() { AfterTimestamp = new() { Seconds = 2 }, NumRecentEvents = 1 }));

        var error = await Assert.ThrowsAsync<RpcException>(() => IdsAsync(new() { NumRecentEvents = -1 }));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task List_goes_on_where_the_page_token_says_and_keeps_to_its_limits()
    {
        for (var number = 0; number < 7; number++)
        {
            await CreateAsync($"{number}");
        }

        var first = await ListAsync(new());
        var second = await ListAsync(new() { PageToken = first.NextPageToken, PageSize = 1000 });

        Assert.Equal(2, first.Sessions.Count);
        Assert.Equal(5, second.Sessions.Count);
        Assert.Empty(second.NextPageToken);
        Assert.Equal(7, first.Sessions.Concat(second.Sessions).Select(session => session.SessionId).Distinct().Count());
        Assert.Empty((await ListAsync(new() { UserId = "nobody" })).Sessions);
    }

    [Theory]
    [InlineData("garbage", 0, "page_token")]
    [InlineData("W10", 0, "page_token")]
    [InlineData("", -1, "page_size")]
    public async Task List_names_the_field_that_cannot_be_used(string token, int size, string field)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { PageToken = token, PageSize = size }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(field, error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task List_refuses_a_page_token_of_another_order()
    {
        await CreateAsync("1");
        await CreateAsync("2");
        var token = (await ListAsync(new() { PageSize = 1 })).NextPageToken;

        var error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { PageToken = token, Order = SessionOrder.UpdateTimeDesc }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task Delete_succeeds_also_when_there_is_nothing()
    {
        await CreateAsync("s1");

        await _client.DeleteSessionAsync(new() { AppName = _app, UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation);
        await _client.DeleteSessionAsync(new() { AppName = _app, UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation);

        Assert.Empty((await ListAsync(new())).Sessions);
    }

    [Fact]
    public async Task Append_at_a_stale_revision_is_aborted_and_names_the_current_one()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", new() { Author = "user" }, expected: 0);

        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAsync("s1", new() { Author = "user" }, expected: 0));

        Assert.Equal(StatusCode.Aborted, error.StatusCode);
        Assert.Equal("STALE_SESSION", Info(error).Reason);
        Assert.Equal("1", Info(error).Metadata["current_revision"]);
    }

    [Fact]
    public async Task Append_sent_again_says_so_and_with_other_content_is_refused()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", new() { Id = "e", Author = "user" });

        var again = await AppendAsync("s1", new() { Id = "e", Author = "user" });
        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAsync("s1", new() { Id = "e", Author = "agent" }));

        Assert.Equal((Outcome.AlreadyAppended, 1L), (again.Outcome, again.Revision));
        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
        Assert.Equal("EVENT_ID_TAKEN", Info(error).Reason);
    }

    [Fact]
    public async Task Append_to_a_missing_session_is_not_found()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAsync("nowhere", new() { Author = "user" }));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Theory]
    [InlineData("""{"partial":true}""", null)]
    [InlineData("", true)]
    [InlineData("""{"partial":false}""", true)]
    public async Task Append_of_a_partial_event_stores_nothing(string json, bool? partial)
    {
        await CreateAsync("s1");
        var chunk = new Event { Author = "agent", EventJson = json, StateDeltaJson = """{"a":1}""" };
        if (partial is { } set)
        {
            chunk.Partial = set;
        }

        var answer = await AppendAsync("s1", chunk);

        Assert.Equal(Outcome.PartialNotStored, answer.Outcome);
        Assert.False(answer.HasRevision);
        var session = await _client.GetSessionAsync(new() { AppName = _app, UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation);
        Assert.Empty(session.Events);
        Assert.Equal("{}", session.StateJson);
    }

    [Theory]
    [InlineData("""{"author":""}""", "event.author")]
    [InlineData("""{"author":5}""", "event.event_json.author")]
    [InlineData("""[]""", "event.event_json")]
    [InlineData("""{"author":"a","invocationId":"1","invocation_id":"2"}""", "event.event_json.invocation_id")]
    [InlineData("""{"author":"a","timestamp":"now"}""", "event.event_json.timestamp")]
    [InlineData("""{"author":"a","timestamp":1e300}""", "event.event_json.timestamp")]
    [InlineData("""{"author":"a","partial":"yes"}""", "event.event_json.partial")]
    [InlineData("""{"author":"a","actions":[]}""", "event.event_json.actions")]
    [InlineData("""{"author":"a","actions":{"state_delta":[]}}""", "event.actions.state_delta")]
    [InlineData("""{"author":"a","content":{"parts":[{"text":"\ud83d"}]}}""", "event.event_json")]
    public async Task Append_names_the_field_that_cannot_be_used(string json, string field)
    {
        await CreateAsync("s1");

        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAsync("s1", new() { EventJson = json }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(field, error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
    }

    [Fact]
    public async Task Append_past_the_size_limit_is_resource_exhausted_and_names_the_setting()
    {
        await CreateAsync("s1");

        var error = await Assert.ThrowsAsync<RpcException>(
            () => AppendAsync("s1", new() { Author = "user", EventJson = $$"""{"output":"{{new string('x', 3000)}}"}""" }));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Contains("Sessions:MaxEventBytes", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_lets_typed_fields_win_over_the_json()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", new()
        {
            Id = "typed",
            Author = "agent",
            InvocationId = "i",
            Timestamp = new() { Seconds = 5, Nanos = 123_456_789 },
            StateDeltaJson = """{"a":1}""",
            EventJson = """{"id":"json","author":"user","invocation_id":"x","timestamp":1,"actions":{"stateDelta":{"b":1},"escalate":true}}""",
        });

        var session = await _client.GetSessionAsync(new() { AppName = _app, UserId = "u", SessionId = "s1" }, cancellationToken: Cancellation);

        Assert.Equal("""{"a":1}""", session.StateJson);
        AssertJson(
            """{"id":"typed","author":"agent","invocation_id":"i","timestamp":5.123456,"actions":{"escalate":true,"state_delta":{"a":1}}}""",
            session.Events[0].EventJson);
    }

    private static ErrorInfo Info(RpcException error) => error.GetRpcStatus()!.GetDetail<ErrorInfo>()!;

    private static void AssertJson(string expected, string actual)
    {
        using var left = JsonDocument.Parse(expected);
        using var right = JsonDocument.Parse(actual);
        Assert.True(JsonElement.DeepEquals(left.RootElement, right.RootElement), actual);
    }

    private Task<Sessions.V1.Session> CreateAsync(string id, string state = "") => _client.CreateSessionAsync(
        new() { AppName = _app, UserId = "u", SessionId = id, StateJson = state }, cancellationToken: Cancellation).ResponseAsync;

    private Task<AppendEventResponse> AppendAsync(string id, Event message, long? expected = null)
    {
        var request = new AppendEventRequest { AppName = _app, UserId = "u", SessionId = id, Event = message };
        if (expected is { } revision)
        {
            request.ExpectedRevision = revision;
        }

        return _client.AppendEventAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }

    private Task<ListSessionsResponse> ListAsync(ListSessionsRequest request)
    {
        request.AppName = _app;
        return _client.ListSessionsAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }

    private async Task<IReadOnlyList<string>> IdsAsync(GetSessionRequest request)
    {
        (request.AppName, request.UserId, request.SessionId) = (_app, "u", "s1");
        return [.. (await _client.GetSessionAsync(request, cancellationToken: Cancellation)).Events.Select(stored => stored.Id)];
    }
}
