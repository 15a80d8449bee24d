using System.Text.Json.Nodes;
using Grpc.Core;
using Runtime.AppHost.Resources;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke.Sessions;

/// <summary>The stack's own session service, on whatever database it has. Nothing of the app or the user is written, which no call could take back.</summary>
[Integration("session-database")]
public sealed class StackSessionsSmoke(SmokeServices services) : SmokeSuite
{
    [Theory, RunsIn(Emulator)]
    public async Task A_session_is_written_over_one_API_and_read_and_deleted_over_the_other(SmokeMode mode)
    {
        Assert.Equal(Emulator, mode);
        var sessions = new SessionService(await services.SessionServiceAsync(ServiceEndpoints.Grpc), await services.SessionServiceAsync(ServiceEndpoints.Http));
        Afterwards(_ =>
        {
            sessions.Dispose();
            return Task.CompletedTask;
        });
        var app = SmokeName.New();
        var path = $"reasoningEngines/{app}/sessions/first";
        var native = sessions.Native;
        Afterwards(async cancellation => await native.DeleteSessionAsync(new() { AppName = app, UserId = "ada", SessionId = "first" }, cancellationToken: cancellation));
        await native.CreateSessionAsync(
            new() { AppName = app, UserId = "ada", SessionId = "first", StateJson = """{"topic":"tea"}""" }, cancellationToken: Cancellation);
        await native.AppendEventAsync(
            new()
            {
                AppName = app,
                UserId = "ada",
                SessionId = "first",
                Event = new() { Author = "user", EventJson = """{"content":{"role":"user","parts":[{"text":"hello"}]}}""", StateDeltaJson = """{"size":1}""" },
            },
            cancellationToken: Cancellation);

        var (_, read) = await sessions.RestAsync(HttpMethod.Get, path, body: null, Cancellation);
        var events = await sessions.Vertex.ListEventsAsync(new() { Parent = path }, cancellationToken: Cancellation);
        var (deleted, _) = await sessions.RestAsync(HttpMethod.Delete, path, body: null, Cancellation);
        var gone = await Assert.ThrowsAsync<RpcException>(async () => await native.GetSessionAsync(
            new() { AppName = app, UserId = "ada", SessionId = "first" }, cancellationToken: Cancellation));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"topic":"tea","size":1}"""), read["sessionState"]), read.ToJsonString());
        Assert.Equal("hello", Assert.Single(events.SessionEvents).Content.Parts[0].Text);
        Assert.Equal((200, StatusCode.NotFound), (deleted, gone.StatusCode));
    }
}
