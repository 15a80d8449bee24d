using System.Text.Json;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>What sessions of the Vertex AI API need of a store: an id without a user, state that is one value, no scope but the session.</summary>
public abstract class VertexSessionContract(DialectFixture dialect)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_are_found_by_the_id_of_their_session_two_at_most()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key with { Id = "mine" }, ScopedState.Empty, Cancellation);
        await store.CreateAsync(key with { App = $"{key.App}-2", User = "elsewhere" }, ScopedState.Empty, Cancellation);

        Assert.Empty(await store.FindUsersAsync(key.App, key.Id, Cancellation));

        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        Assert.Equal(["user"], await store.FindUsersAsync(key.App, key.Id, Cancellation));
        Assert.Equal(["elsewhere"], await store.FindUsersAsync($"{key.App}-2", key.Id, Cancellation));

        await store.CreateAsync(key with { User = "second" }, ScopedState.Empty, Cancellation);
        Assert.Equal(["second", "user"], (await store.FindUsersAsync(key.App, key.Id, Cancellation)).Order(StringComparer.Ordinal));

        await store.CreateAsync(key with { User = "third" }, ScopedState.Empty, Cancellation);
        Assert.Equal(2, (await store.FindUsersAsync(key.App, key.Id, Cancellation)).Distinct().Count());
    }

    [Fact]
    public async Task The_user_of_a_session_that_is_gone_or_has_expired_is_not_found()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        foreach (var user in new[] { "deleted", "expired", "living" })
        {
            await store.CreateAsync(key with { User = user }, new(ScopedState.Empty) { ExpireTime = DateTimeOffset.UnixEpoch.AddYears(200) }, Cancellation);
        }

        await store.DeleteAsync(key with { User = "deleted" }, Cancellation);
        await store.UpdateAsync(key with { User = "expired" }, new() { Expiry = new(TimeProvider.System.GetUtcNow().AddSeconds(-1)) }, null, Cancellation);

        Assert.Equal(["living"], await store.FindUsersAsync(key.App, key.Id, Cancellation));
    }

    [Fact]
    public async Task Replaced_state_is_the_sessions_whole_state_and_merges_into_other_scopes()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"gone":1,"o":{"x":1},"app:kept":1,"user:kept":1}""", "s"), Cancellation);

        var update = new SessionUpdate { State = ScopedState.Parse("""{"o":{"y":null},"app:a":1,"user:u":1}""", "s"), ReplaceSessionState = true, DisplayName = "n" };
        var updated = Assert.IsType<SessionUpdated>(await store.UpdateAsync(key, update, 0, Cancellation)).Session;

        var read = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.All([updated, read], session =>
        {
            Assert.Equal(["app:a=1", "app:kept=1", "o={\"y\":null}", "user:kept=1", "user:u=1"], Lines(session.State));
            Assert.Equal((1L, "n"), (session.Revision, session.DisplayName));
        });
        Assert.Equal(["gone=1", "o={\"x\":1}"], Lines((await store.GetOwnStateAsync(key, Cancellation))!.Initial));
    }

    [Fact]
    public async Task Replacing_state_by_nothing_clears_it_and_makes_a_revision()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"gone":1,"app:kept":1,"user:kept":1}""", "s"), Cancellation);
        var clear = new SessionUpdate { ReplaceSessionState = true };

        Assert.Equal(new RevisionConflict(0), await store.UpdateAsync(key, clear, 1, Cancellation));
        var cleared = Assert.IsType<SessionUpdated>(await store.UpdateAsync(key, clear, 0, Cancellation)).Session;
        var again = Assert.IsType<SessionUpdated>(await store.UpdateAsync(key, clear, null, Cancellation)).Session;

        var read = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.All([cleared, again, read], session => Assert.Equal(["app:kept=1", "user:kept=1"], Lines(session.State)));
        Assert.Equal((1L, 2L, 2L, again.UpdateTime), (cleared.Revision, again.Revision, read.Revision, read.UpdateTime));
        await store.AppendAsync(key, Offer.Event(delta: """{"new":1}"""), 2, Cancellation);
        Assert.Equal(["new=1"], Lines((await store.GetOwnStateAsync(key, Cancellation))!.Current));
    }

    [Fact]
    public async Task State_past_its_limit_takes_the_place_of_none()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        var half = new string('x', (DialectFixture.MaxStateBytes / 2) - 100);
        await store.CreateAsync(key, ScopedState.Parse($$"""{"a":"{{half}}","b":"{{half}}"}""", "s"), Cancellation);
        SessionUpdate By(string json) => new() { State = ScopedState.Parse(json, "s"), ReplaceSessionState = true };

        var refused = await Assert.ThrowsAsync<StorageException>(
            () => store.UpdateAsync(key, By($$"""{"c":"{{half}}{{half}}{{new string('x', 200)}}"}"""), null, Cancellation));

        Assert.Equal(StorageFailure.StateTooLarge, refused.Failure);
        // What it replaces does not count: both together would be too large.
        var updated = Assert.IsType<SessionUpdated>(await store.UpdateAsync(key, By($$"""{"c":"{{half}}","d":"{{half}}"}"""), 0, Cancellation)).Session;
        Assert.Equal(["c", "d"], updated.State.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Keys_that_are_kept_in_the_session_reach_no_other_and_hide_the_shared_ones()
    {
        var store = await dialect.OpenOrSkipAsync();
        var (own, other) = (DialectFixture.NewKey(), "other");
        await store.CreateAsync(own with { Id = other }, ScopedState.Parse("""{"app:a":"shared","app:b":"shared","user:u":"shared"}""", "s"), Cancellation);

        var created = Assert.IsType<SessionCreated>(await store.CreateAsync(own, OfSession("""{"app:a":1,"temp:t":1}"""), Cancellation)).Session;
        await store.AppendAsync(own, Event("""{"user:u":2,"temp:t":1}"""), null, Cancellation);
        await store.AppendBatchAsync(own, [Event("""{"n":3}"""), Event("""{"user:v":3,"app:--\"ä":3}""")], null, Cancellation);
        var updated = Assert.IsType<SessionUpdated>(await store.UpdateAsync(own, new() { State = OfSession("""{"app:a":4}""") }, 3, Cancellation)).Session;

        var read = (await store.GetAsync(own, EventWindow.All, Cancellation))!;
        var listed = (await store.ListAsync(new(own.App, SessionFilter.All, 10), Cancellation)).Sessions.ToDictionary(session => session.Key.Id);
        Assert.Equal(["app:a=1", "app:b=\"shared\"", "user:u=\"shared\""], Lines(created.State));
        string[] mine = ["app:--\"ä=3", "app:a=4", "app:b=\"shared\"", "n=3", "user:u=2", "user:v=3"];
        Assert.All([updated, read, listed[own.Id]], session => Assert.Equal(mine, Lines(session.State)));
        Assert.Equal(["app:a=\"shared\"", "app:b=\"shared\"", "user:u=\"shared\""], Lines(listed[other].State));
        Assert.Equal(["app:a=1"], Lines((await store.GetOwnStateAsync(own, Cancellation))!.Initial));
        Assert.Equal(mine.Where(line => !line.StartsWith("app:b", StringComparison.Ordinal)), Lines((await store.GetOwnStateAsync(own, Cancellation))!.Current));
        Assert.Equal(["user:u=2", "n=3", "app:--\"ä=3", "user:v=3"], read.Events.SelectMany(Delta));
    }

    [Fact]
    public async Task Shared_state_shows_again_once_the_session_no_longer_hides_it()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, OfSession("""{"app:a":"own"}"""), Cancellation);
        await store.AppendAsync(key, Offer.Event(delta: """{"app:a":"shared"}"""), null, Cancellation);
        Assert.Equal(["app:a=\"own\""], Lines((await store.GetAsync(key, EventWindow.All, Cancellation))!.State));

        await store.UpdateAsync(key, new() { ReplaceSessionState = true }, null, Cancellation);

        Assert.Equal(["app:a=\"shared\""], Lines((await store.GetAsync(key, EventWindow.All, Cancellation))!.State));
    }

    private static ScopedState OfSession(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ScopedState.OfSession(document.RootElement, "s");
    }

    private static PreparedEvent Event(string delta) => EventJson.Prepare(
        "", new() { Author = "user", Timestamp = Offer.Start, StateDelta = delta, SessionScopeOnly = true }, TimeProvider.System.GetUtcNow());

    private static IEnumerable<string> Lines(IReadOnlyDictionary<string, JsonElement> state) => state
        .Select(entry => $"{entry.Key}={entry.Value.GetRawText().Replace(" ", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Delta(SessionEvent stored)
    {
        using var delta = JsonDocument.Parse(stored.StateDelta);
        return [.. Lines(delta.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value))];
    }
}
