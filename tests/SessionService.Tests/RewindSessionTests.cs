using System.Text.Json;
using Grpc.Core;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.SessionService.Tests;

/// <summary>Deleting one event, and taking a session back.</summary>
public sealed class RewindSessionTests(SessionServiceHost host) : ApiTest(host), IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task A_rewind_appends_one_event_in_the_form_of_ADK()
    {
        await StoryAsync();

        var rewound = await RewindAsync("i2");

        var session = await GetAsync("s1");
        Assert.Equal(rewound.Event, session.Events[^1]);
        Assert.Equal(("user", 5L), (rewound.Event.Author, rewound.Event.Revision));
        Assert.StartsWith("e-", rewound.Event.InvocationId, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(rewound.Event.EventJson);
        AssertJson(
            """
            {"rewind_before_invocation_id":"i2","state_delta":{"initial":"0","early":"1","late":null},"artifact_delta":{},
             "requested_auth_configs":{},"requested_tool_confirmations":{}}
            """,
            json.RootElement.GetProperty("actions").GetRawText());
    }

    [Fact]
    public async Task A_rewind_gives_the_sessions_own_keys_what_they_had_and_leaves_app_and_user_keys()
    {
        await StoryAsync();

        await RewindAsync("i2");

        AssertJson("""{"initial":"0","early":"1","kept":"1","late":null,"app:a":"2","user:b":"2"}""", (await GetAsync("s1")).StateJson);
    }

    [Fact]
    public async Task A_rewind_to_the_first_invocation_brings_back_the_initial_state()
    {
        await StoryAsync();

        await RewindAsync("i1");

        AssertJson("""{"initial":"0","early":null,"kept":null,"late":null,"app:a":"2","user:b":"2"}""", (await GetAsync("s1")).StateJson);
    }

    [Fact]
    public async Task A_rewind_names_the_artifacts_that_what_it_undid_had_changed()
    {
        await StoryAsync();

        var artifacts = (await RewindAsync("i2")).ChangedArtifacts;

        Assert.Equal([("new.txt", 0L, null), ("old.txt", 3L, 1L)], artifacts.Select(
            artifact => (artifact.Filename, artifact.CurrentVersion, artifact.HasVersionBefore ? artifact.VersionBefore : (long?)null)));
    }

    [Fact]
    public async Task A_second_rewind_changes_nothing_more_and_one_further_back_goes_on()
    {
        await StoryAsync();
        await RewindAsync("i2");

        var again = await RewindAsync("i2");
        await RewindAsync("i1");

        Assert.Equal("{}", again.Event.StateDeltaJson);
        AssertJson("""{"initial":"0","early":null,"kept":null,"late":null,"app:a":"2","user:b":"2"}""", (await GetAsync("s1")).StateJson);
    }

    [Fact]
    public async Task A_rewind_comes_behind_an_event_of_a_clock_that_is_ahead()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(int.MaxValue, "future", invocation: "i1"));

        await RewindAsync("i1");

        Assert.Equal(["future"], (await GetAsync("s1")).Events.SkipLast(1).Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_rewind_leaves_state_alone_that_was_set_without_an_event()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1, invocation: "i1", delta: """{"a":1}"""));
        await UpdateAsync("s1", new() { StateDeltaJson = """{"b":1}""" });

        await RewindAsync("i1");

        AssertJson("""{"a":null,"b":1}""", (await GetAsync("s1")).StateJson);
    }

    [Fact]
    public async Task A_rewind_takes_back_app_and_user_keys_that_the_session_itself_has()
    {
        var key = new SessionKey(App, User, "s1");
        using var initial = JsonDocument.Parse("""{"app:a":"0"}""");
        await Store.CreateAsync(key, new(ScopedState.OfSession(initial.RootElement, "s")), Cancellation);
        await OfSessionAsync(1, "i1", """{"user:b":"1"}""");
        await OfSessionAsync(2, "i2", """{"app:a":"2","user:b":"2","app:late":"2"}""");
        // Of these keys the session has none itself: they went to the app and the user.
        await AppendAsync("s1", At(3, invocation: "i2", delta: """{"app:shared":"2","user:shared":"2"}"""));

        var rewound = await RewindAsync("i2");

        AssertJson("""{"app:a":"0","user:b":"1","app:late":null}""", rewound.Event.StateDeltaJson);
        AssertJson("""{"app:a":"0","user:b":"1","app:late":null,"app:shared":"2","user:shared":"2"}""", (await GetAsync("s1")).StateJson);
        AssertJson("""{"app:shared":"2","user:shared":"2"}""", (await CreateAsync("s2")).StateJson);

        Task OfSessionAsync(int second, string invocation, string delta) => Store.AppendAsync(
            key,
            EventJson.Prepare("", new() { Author = "agent", InvocationId = invocation, StateDelta = delta, SessionScopeOnly = true }, DateTimeOffset.UnixEpoch.AddSeconds(second)),
            null,
            Cancellation);
    }

    [Fact]
    public async Task A_rewind_that_cannot_be_done_says_why_and_changes_nothing()
    {
        await StoryAsync();

        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => RewindAsync("nothing")), StatusCode.NotFound, "INVOCATION_NOT_FOUND");
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => RewindAsync("i2", session: "nowhere")), StatusCode.NotFound, "SESSION_NOT_FOUND");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => RewindAsync("")), "rewind_before_invocation_id");
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => RewindAsync("i2", expected: 3)), StatusCode.Aborted, "STALE_SESSION");
        Assert.Equal(4, (await GetAsync("s1")).Revision);
        Assert.Equal(5, (await RewindAsync("i2", expected: 4)).Event.Revision);
    }

    [Fact]
    public async Task A_deleted_event_is_gone_and_state_stays()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1, delta: """{"a":1}"""));
        await AppendAsync("s1", At(2));

        var deleted = await DeleteEventAsync("1");

        var session = await GetAsync("s1");
        Assert.Equal((3L, 3L), (deleted.Revision, session.Revision));
        Assert.Equal("""{"a":1}""", session.StateJson);
        Assert.Equal(["2"], session.Events.Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_deletion_that_cannot_be_done_says_why()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));

        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => DeleteEventAsync("2")), StatusCode.NotFound, "EVENT_NOT_FOUND");
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => DeleteEventAsync("1", session: "nowhere")), StatusCode.NotFound, "SESSION_NOT_FOUND");
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => DeleteEventAsync("1", expected: 0)), StatusCode.Aborted, "STALE_SESSION");
        AssertUnusable(await Assert.ThrowsAsync<RpcException>(() => DeleteEventAsync("")), "event_id");
    }

    /// <summary>Two invocations: the second changes what was there at first, what the first had set, and something new.</summary>
    private async Task StoryAsync()
    {
        await CreateAsync("s1", """{"initial":"0","app:a":"0"}""");
        await AppendAsync("s1", At(1, invocation: "i1", delta: """{"early":"1","kept":"1","app:a":"1"}""", json: Artifacts("""{"old.txt":1,"user:mine.txt":0}""")));
        await AppendAsync("s1", At(2, invocation: "i2", delta: """{"initial":"2","early":"2"}""", json: Artifacts("""{"old.txt":2}""")));
        await AppendAsync("s1", At(3, invocation: "i2", delta: """{"late":"2","app:a":"2","user:b":"2"}""", json: Artifacts("""{"old.txt":3,"new.txt":0}""")));
        await AppendAsync("s1", At(4, invocation: "i3", json: Artifacts("""{"user:mine.txt":1}""")));

        static string Artifacts(string delta) => $$$"""{"actions":{"artifact_delta":{{{delta}}}}}""";
    }

    private Task<RewindSessionResponse> RewindAsync(string invocation, string session = "s1", long? expected = null)
    {
        var request = new RewindSessionRequest { AppName = App, UserId = User, SessionId = session, RewindBeforeInvocationId = invocation };
        if (expected is { } revision)
        {
            request.ExpectedRevision = revision;
        }

        return Client.RewindSessionAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }

    private Task<DeleteEventResponse> DeleteEventAsync(string id, string session = "s1", long? expected = null)
    {
        var request = new DeleteEventRequest { AppName = App, UserId = User, SessionId = session, EventId = id };
        if (expected is { } revision)
        {
            request.ExpectedRevision = revision;
        }

        return Client.DeleteEventAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }
}
