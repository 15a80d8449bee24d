using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static Runtime.Smoke.Framework.SmokeMode;
using Native = Runtime.Sessions.V1;
using NativeClient = Runtime.Sessions.V1.Sessions.SessionsClient;
using VertexClient = Google.Cloud.AIPlatform.V1Beta1.SessionService.SessionServiceClient;

namespace Runtime.Smoke.Sessions;

/// <summary>Sessions on one dialect, over the native API and the Vertex AI API.</summary>
[Integration("session-database")]
public abstract class SessionSmoke(SessionServices sessions, string service) : SmokeSuite
{
    /// <summary>An app of its own for each test, which is also an engine of the Vertex AI API.</summary>
    private readonly string _app = SmokeName.New();

    /// <summary>Gets the service's name among <see cref="SessionServices"/>.</summary>
    protected string Service { get; } = service;

    private string Engine => $"reasoningEngines/{_app}";

    [Theory, RunsIn(Emulator)]
    public Task Events_and_scoped_state_are_kept_listed_and_deleted_over_the_native_API(SmokeMode mode) => ProveNativeAsync(mode);

    [Theory, RunsIn(Emulator)]
    public Task Events_and_state_are_kept_listed_and_deleted_over_the_Vertex_AI_API(SmokeMode mode) => ProveVertexAsync(mode);

    protected async Task ProveNativeAsync(SmokeMode mode)
    {
        using var opened = await sessions.OpenAsync(mode, Service);
        var native = opened.Native;
        await CreateAsync(native, "ada", "first", """{"topic":"tea"}""");
        await CreateAsync(native, "ada", "second", "");
        await CreateAsync(native, "bob", "third", "");

        var appended = await AppendAsync(native, "first", """{"size":1,"user:name":"Ada","app:currency":"EUR","temp:scratch":true}""");

        Assert.Equal(Native.AppendEventResponse.Types.Outcome.Appended, appended.Outcome);
        var first = await GetAsync(native, "ada", "first");
        AssertJson("""{"topic":"tea","size":1,"user:name":"Ada","app:currency":"EUR"}""", first.StateJson);
        Assert.Contains("hello", Assert.Single(first.Events).EventJson, StringComparison.Ordinal);
        AssertJson("""{"user:name":"Ada","app:currency":"EUR"}""", (await GetAsync(native, "ada", "second")).StateJson);
        AssertJson("""{"app:currency":"EUR"}""", (await GetAsync(native, "bob", "third")).StateJson);
        Assert.Equal(["first", "second"], await ListAsync(native));
        await native.DeleteSessionAsync(new() { AppName = _app, UserId = "ada", SessionId = "second" }, cancellationToken: Cancellation);
        Assert.Equal(["first"], await ListAsync(native));
        var gone = await Assert.ThrowsAsync<RpcException>(() => GetAsync(native, "ada", "second"));
        Assert.Equal(StatusCode.NotFound, gone.StatusCode);
    }

    protected async Task ProveVertexAsync(SmokeMode mode)
    {
        using var opened = await sessions.OpenAsync(mode, Service);
        await CreateAsync(opened.Vertex, "first");
        var (created, _) = await opened.RestAsync(HttpMethod.Post, $"{Engine}/sessions?sessionId=second", new JsonObject { ["userId"] = "ada" }, Cancellation);
        await AppendAsync(opened, "first");

        Assert.Equal(200, created);
        var events = await opened.Vertex.ListEventsAsync(new() { Parent = $"{Engine}/sessions/first" }, cancellationToken: Cancellation);
        Assert.Equal("hello", Assert.Single(events.SessionEvents).Content.Parts[0].Text);
        var (_, session) = await opened.RestAsync(HttpMethod.Get, $"{Engine}/sessions/first", body: null, Cancellation);
        AssertJson("""{"topic":"tea","size":1}""", session["sessionState"]!.ToJsonString());
        var listed = await opened.Vertex.ListSessionsAsync(new() { Parent = Engine, Filter = "user_id=\"ada\"" }, cancellationToken: Cancellation);
        Assert.Equal([$"{Engine}/sessions/first", $"{Engine}/sessions/second"], listed.Sessions.Select(found => found.Name).Order(StringComparer.Ordinal));
        await opened.RestAsync(HttpMethod.Delete, $"{Engine}/sessions/first", body: null, Cancellation);
        var (status, _) = await opened.RestAsync(HttpMethod.Get, $"{Engine}/sessions/first", body: null, Cancellation);
        Assert.Equal(404, status);
    }

    protected async Task ProveRestartAsync(SmokeMode mode)
    {
        using (var before = await sessions.OpenAsync(mode, Service))
        {
            await CreateAsync(before.Native, "ada", "native", """{"topic":"tea"}""");
            await AppendAsync(before.Native, "native", """{"size":1,"user:name":"Ada"}""");
            await CreateAsync(before.Vertex, "vertex");
            await AppendAsync(before, "vertex");
        }

        using var after = await sessions.RestartAsync(mode, Service);

        var native = await GetAsync(after.Native, "ada", "native");
        AssertJson("""{"topic":"tea","size":1,"user:name":"Ada"}""", native.StateJson);
        Assert.Contains("hello", Assert.Single(native.Events).EventJson, StringComparison.Ordinal);
        var events = await after.Vertex.ListEventsAsync(new() { Parent = $"{Engine}/sessions/vertex" }, cancellationToken: Cancellation);
        Assert.Equal("hello", Assert.Single(events.SessionEvents).Content.Parts[0].Text);
        // What one API wrote the other reads.
        AssertJson("""{"topic":"tea","size":1,"user:name":"Ada"}""", (await GetAsync(after.Native, "ada", "vertex")).StateJson);
    }

    private static void AssertJson(string expected, string actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);

    private async Task CreateAsync(NativeClient native, string user, string id, string state) => await native.CreateSessionAsync(
        new() { AppName = _app, UserId = user, SessionId = id, StateJson = state }, cancellationToken: Cancellation);

    private async Task<Native.AppendEventResponse> AppendAsync(NativeClient native, string id, string delta) => await native.AppendEventAsync(
        new()
        {
            AppName = _app,
            UserId = "ada",
            SessionId = id,
            Event = new() { Author = "user", EventJson = """{"content":{"role":"user","parts":[{"text":"hello"}]}}""", StateDeltaJson = delta },
        },
        cancellationToken: Cancellation);

    private async Task<Native.Session> GetAsync(NativeClient native, string user, string id) =>
        await native.GetSessionAsync(new() { AppName = _app, UserId = user, SessionId = id }, cancellationToken: Cancellation);

    private async Task<IEnumerable<string>> ListAsync(NativeClient native)
    {
        var listed = await native.ListSessionsAsync(new() { AppName = _app, UserId = "ada" }, cancellationToken: Cancellation);
        return listed.Sessions.Select(session => session.SessionId).Order(StringComparer.Ordinal);
    }

    private async Task CreateAsync(VertexClient vertex, string id) => await vertex.CreateSessionAsync(
        new()
        {
            Parent = Engine,
            SessionId = id,
            Session = new() { UserId = "ada", SessionState = new Struct { Fields = { ["topic"] = Value.ForString("tea") } } },
        },
        cancellationToken: Cancellation);

    private async Task AppendAsync(SessionService opened, string id)
    {
        var (status, answer) = await opened.RestAsync(
            HttpMethod.Post, $"{Engine}/sessions/{id}:appendEvent",
            JsonNode.Parse("""
                {
                  "author": "user", "invocationId": "i1", "timestamp": "2026-01-31T11:30:00Z", "content": {"role": "user", "parts": [{"text": "hello"}]},
                  "actions": {"stateDelta": {"size": 1}}
                }
                """)!.AsObject(),
            Cancellation);
        Assert.True(status == 200, answer.ToJsonString());
    }
}

/// <summary>Sessions on a dialect that keeps them when the service ends.</summary>
public abstract class DurableSessionSmoke(SessionServices sessions, string service) : SessionSmoke(sessions, service)
{
    [Theory, RunsIn(Emulator)]
    public Task What_was_acknowledged_is_there_after_a_restart(SmokeMode mode) => ProveRestartAsync(mode);
}

/// <summary>Sessions on Spanner, which can be the real one: in a database that the run creates beside the one that the settings name.</summary>
public abstract class SpannerSessionSmoke(SessionServices sessions, string service) : DurableSessionSmoke(sessions, service)
{
    [Theory, RunsIn(Live)]
    public async Task Both_APIs_keep_what_they_acknowledged_on_the_real_Spanner(SmokeMode mode)
    {
        await ProveVertexAsync(mode);
        await ProveRestartAsync(mode);
    }
}
