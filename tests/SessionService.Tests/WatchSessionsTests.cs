using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Runtime.SessionService.Watch;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Change = Runtime.Sessions.V1.WatchSessionsResponse.ChangeOneofCase;

namespace Runtime.SessionService.Tests;

/// <summary>A service that looks at its database every 100 ms while it is watched.</summary>
public sealed class WatchedHost : SessionServiceHost
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["ConnectionStrings:sessions"] = "memory://",
        ["Sessions:Watch:PollInterval"] = "00:00:00.1",
    };
}

/// <summary>Watching in one process.</summary>
public sealed class WatchSessionsTests(WatchedHost host) : ApiTest(host), IClassFixture<WatchedHost>
{
    [Fact]
    public async Task Every_kind_of_change_arrives_once_and_in_order()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));
        using var watch = await WatchAsync("s1");

        await AppendAsync("s1", At(2));
        await Client.AppendEventsAsync(new() { AppName = App, UserId = User, SessionId = "s1", Events = { At(3), At(4) } }, cancellationToken: Cancellation);
        await UpdateAsync("s1", new() { StateDeltaJson = """{"a":1}""" });
        await UpdateAsync("s1", new() { DisplayName = "name" });
        await Client.DeleteEventAsync(new() { AppName = App, UserId = User, SessionId = "s1", EventId = "3" }, cancellationToken: Cancellation);
        await DeleteAsync("s1");

        Assert.Equal(1, watch.Began["s1"]);
        Assert.Equal(
            [
                "event s1@2 2", "event s1@3 3", "event s1@4 4", """updated s1@5 {"a":1}""", """updated s1@5 {"a":1}name""", "event_deleted s1@6 3",
                "deleted s1",
            ],
            await watch.NextAsync(7));
        await watch.EndAsync();
    }

    [Fact]
    public async Task An_old_answer_of_the_database_takes_away_no_change_of_a_session_that_is_deleted_next()
    {
        var hub = host.Services.GetRequiredService<SessionHub>();
        for (var round = 0; round < 50; round++)
        {
            var id = $"s{round}";
            await CreateAsync(id);
            using var watch = await WatchAsync(id);
            var inbox = Assert.Single(hub.Watched.Single(owner => owner.Key.App == App).Value);

            await AppendAsync(id, At(1));
            await AppendAsync(id, At(2));
            inbox.Offer([new SessionHead(id, 1)]);
            await AppendAsync(id, At(3));
            inbox.Offer([new SessionHead(id, 2)]);
            await DeleteAsync(id);
            inbox.Offer([]);

            Assert.Equal([$"event {id}@1 1", $"event {id}@2 2", $"event {id}@3 3", $"deleted {id}"], await watch.NextAsync(4));
            await watch.EndAsync();
        }
    }

    [Fact]
    public async Task State_that_is_cleared_is_told_with_the_revision_that_this_makes()
    {
        await CreateAsync("s1", """{"a":1}""");
        using var watch = await WatchAsync("s1");

        await Store.UpdateAsync(new(App, User, "s1"), new() { ReplaceSessionState = true }, null, Cancellation);

        Assert.Equal(["updated s1@1 {}"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task A_watched_event_is_the_one_that_get_returns()
    {
        await CreateAsync("s1");
        using var watch = await WatchAsync("s1");

        await AppendAsync("s1", At(1, delta: """{"a":9007199254740993}""", json: """{"newField":{"a":1.50}}"""));

        var told = await watch.NextAsync();
        Assert.Equal((await GetAsync("s1")).Events.Single(), told.Event);
        Assert.Equal((App, User, "s1", 1L), (told.AppName, told.UserId, told.SessionId, told.Revision));
    }

    [Fact]
    public async Task A_watch_of_a_user_brings_sessions_that_come_and_go()
    {
        await CreateAsync("old");
        using var watch = await WatchAsync();

        await CreateAsync("new");
        await AppendAsync("new", At(1));
        await AppendAsync("old", At(1));
        await DeleteAsync("old");
        await CreateAsync("old");

        Assert.Equal(["created new@0", "event new@1 1", "event old@1 1", "deleted old", "created old@0"], await watch.NextAsync(5));
    }

    [Fact]
    public async Task Another_users_sessions_are_not_told()
    {
        using var watch = await WatchAsync();
        await Client.CreateSessionAsync(new() { AppName = App, UserId = "other", SessionId = "s1" }, cancellationToken: Cancellation);

        await CreateAsync("mine");

        Assert.Equal(["created mine@0"], await watch.NextAsync(1));
    }

    [Fact]
    public async Task A_stream_that_was_broken_goes_on_from_the_revisions_that_came_last()
    {
        await CreateAsync("s1");
        await CreateAsync("gone");
        await AppendAsync("s1", At(1));
        await AppendAsync("s1", At(3));
        await AppendAsync("s1", At(2));   // by its time before the one that was told last
        await DeleteAsync("gone");
        await CreateAsync("new");
        await AppendAsync("new", At(1));

        using var watch = await WatchAsync(known: new() { Revisions = { ["s1"] = 1, ["gone"] = 4 } });
        await AppendAsync("s1", At(4));

        Assert.Equal(
            ["created new@0", "deleted gone", "event new@1 1", "event s1@2 3", "event s1@3 2", "event s1@4 4"],
            (await watch.NextAsync(6)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_was_no_event_comes_as_the_session_when_a_stream_catches_up()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));
        await UpdateAsync("s1", new() { StateDeltaJson = """{"a":1}""" });
        await AppendAsync("s1", At(2));

        using var watch = await WatchAsync("s1", new() { Revisions = { ["s1"] = 0 } });

        Assert.Equal(["event s1@1 1", "event s1@3 2", """updated s1@3 {"a":1}"""], await watch.NextAsync(3));
    }

    [Fact]
    public async Task A_session_that_was_created_again_is_told_as_gone()
    {
        await CreateAsync("s1");
        await AppendAsync("s1", At(1));
        await DeleteAsync("s1");
        await CreateAsync("s1");

        using var one = await WatchAsync("s1", new() { Revisions = { ["s1"] = 1 } });
        using var all = await WatchAsync(known: new() { Revisions = { ["s1"] = 1 } });

        Assert.Equal(["deleted s1"], await one.NextAsync(1));
        await one.EndAsync();
        Assert.Equal(["deleted s1", "created s1@0"], await all.NextAsync(2));
    }

    [Fact]
    public async Task A_watch_of_a_session_to_come_waits_for_it()
    {
        using var watch = await WatchAsync("s1", new());

        await CreateAsync("s1");
        await AppendAsync("s1", At(1));

        Assert.Equal(["created s1@0", "event s1@1 1"], await watch.NextAsync(2));
    }

    [Fact]
    public async Task A_watch_that_cannot_be_begun_says_why()
    {
        AssertRefused(await Assert.ThrowsAsync<RpcException>(() => WatchAsync("nowhere")), StatusCode.NotFound, "SESSION_NOT_FOUND");
        AssertUnusable(
            await Assert.ThrowsAsync<RpcException>(() => WatchAsync("s1", new() { Revisions = { ["s2"] = 0 } })), "known.revisions.s2");
        AssertUnusable(
            await Assert.ThrowsAsync<RpcException>(() => WatchAsync("s1", new() { Revisions = { ["s1"] = -1 } })), "known.revisions.s1");
    }

    [Fact]
    public async Task Concurrent_writers_are_told_in_the_order_of_revisions()
    {
        await CreateAsync("s1");
        using var watch = await WatchAsync("s1");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var number = 0; number < 25; number++)
            {
                await AppendAsync("s1", At(1, id: $"{writer}-{number}"));
            }
        }));

        for (var revision = 1; revision <= 200; revision++)
        {
            var told = await watch.NextAsync();
            Assert.Equal((Change.Event, revision, revision), (told.ChangeCase, told.Revision, told.Event.Revision));
        }
    }

    private Task<WatchCall> WatchAsync(string id = "", WatchSessionsRequest.Types.Known? known = null) =>
        WatchCall.OpenAsync(Client, new() { AppName = App, UserId = User, SessionId = id, Known = known });
}
