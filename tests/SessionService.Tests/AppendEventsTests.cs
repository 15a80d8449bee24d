using Grpc.Core;
using Runtime.Sessions.V1;
using Outcome = Runtime.Sessions.V1.AppendEventResponse.Types.Outcome;

namespace Runtime.SessionService.Tests;

public sealed class AppendEventsTests(SessionServiceHost host) : ApiTest(host), IClassFixture<SessionServiceHost>
{
    [Fact]
    public async Task A_batch_is_appended_in_its_order_and_says_where_each_event_is()
    {
        await CreateAsync("s1", """{"a":0}""");

        var answer = await AppendAllAsync("s1", expected: 0, At(1, delta: """{"a":1,"b":1}"""), At(2, delta: """{"a":2}"""));

        Assert.Equal([(Outcome.Appended, "1", 1L), (Outcome.Appended, "2", 2L)], answer.Results.Select(one => (one.Outcome, one.EventId, one.Revision)));
        var session = await GetAsync("s1");
        Assert.Equal("""{"a":2,"b":1}""", session.StateJson);
        Assert.Equal((2L, 2L), (session.Revision, session.UpdateTime.Seconds));
    }

    [Fact]
    public async Task A_batch_sent_again_is_applied_once_and_partial_events_are_left_out()
    {
        await CreateAsync("s1");
        await AppendAllAsync("s1", expected: null, At(1));
        var chunk = At(2);
        chunk.Partial = true;

        var answer = await AppendAllAsync("s1", expected: null, At(1), chunk, At(3));

        Assert.Equal([Outcome.AlreadyAppended, Outcome.PartialNotStored, Outcome.Appended], answer.Results.Select(one => one.Outcome));
        Assert.False(answer.Results[1].HasRevision);
        Assert.Equal(["1", "3"], (await GetAsync("s1")).Events.Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_batch_with_an_id_twice_is_refused_and_names_the_place()
    {
        await CreateAsync("s1");

        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAllAsync("s1", expected: null, At(1), At(2), At(3, id: "1")));

        AssertUnusable(error, "events[2].id");
        Assert.Empty((await GetAsync("s1")).Events);
    }

    [Fact]
    public async Task A_batch_with_an_unusable_event_names_it_and_changes_nothing()
    {
        await CreateAsync("s1");

        var author = await Assert.ThrowsAsync<RpcException>(() => AppendAllAsync("s1", expected: null, At(1), new() { EventJson = """{"author":5}""" }));
        var time = await Assert.ThrowsAsync<RpcException>(
            () => AppendAllAsync("s1", expected: null, At(1), new() { Author = "a", Timestamp = new() { Seconds = 1, Nanos = -1 } }));

        AssertUnusable(author, "events[1].event_json.author");
        AssertUnusable(time, "events[1].timestamp");
        Assert.Empty((await GetAsync("s1")).Events);
    }

    [Fact]
    public async Task A_batch_with_a_taken_id_changes_nothing()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));

        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAllAsync("s1", expected: null, At(2), At(9, id: "1")));

        AssertRefused(error, StatusCode.AlreadyExists, "EVENT_ID_TAKEN");
        Assert.Equal(1, (await GetAsync("s1")).Revision);
    }

    [Fact]
    public async Task A_batch_at_a_stale_revision_is_aborted()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));

        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAllAsync("s1", expected: 0, At(2)));

        AssertRefused(error, StatusCode.Aborted, "STALE_SESSION");
        Assert.Equal("1", Info(error).Metadata["current_revision"]);
    }

    [Fact]
    public async Task A_batch_past_a_limit_is_resource_exhausted_and_names_the_setting()
    {
        await CreateAsync("s1");
        var large = $$"""{"output":"{{new string('x', 1900)}}"}""";

        var many = await Assert.ThrowsAsync<RpcException>(
            () => AppendAllAsync("s1", expected: null, [.. Enumerable.Range(1, 11).Select(second => At(second))]));
        var bytes = await Assert.ThrowsAsync<RpcException>(
            () => AppendAllAsync("s1", expected: null, [.. Enumerable.Range(1, 5).Select(second => At(second, json: large))]));
        var none = await Assert.ThrowsAsync<RpcException>(() => AppendAllAsync("s1", expected: null));

        AssertRefused(many, StatusCode.ResourceExhausted, "LIMIT_EXCEEDED");
        Assert.Contains("Sessions:MaxBatchEvents", many.Status.Detail, StringComparison.Ordinal);
        AssertRefused(bytes, StatusCode.ResourceExhausted, "LIMIT_EXCEEDED");
        Assert.Contains("Sessions:MaxBatchBytes", bytes.Status.Detail, StringComparison.Ordinal);
        AssertUnusable(none, "events");
    }

    [Fact]
    public async Task A_batch_for_a_missing_session_is_not_found()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => AppendAllAsync("nowhere", expected: null, At(1)));

        AssertRefused(error, StatusCode.NotFound, "SESSION_NOT_FOUND");
    }

    private Task<AppendEventsResponse> AppendAllAsync(string id, long? expected, params Event[] events)
    {
        var request = new AppendEventsRequest { AppName = App, UserId = User, SessionId = id, Events = { events } };
        if (expected is { } revision)
        {
            request.ExpectedRevision = revision;
        }

        return Client.AppendEventsAsync(request, cancellationToken: Cancellation).ResponseAsync;
    }
}
