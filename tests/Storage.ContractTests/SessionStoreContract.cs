using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>What every session store does, whichever database is under it.</summary>
public abstract class SessionStoreContract(DialectFixture dialect)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_look_at_a_database_in_use_finds_all_its_tables()
    {
        var store = await dialect.OpenOrSkipAsync();
        await store.CheckAsync(Cancellation);

        Assert.Equal(SessionTables.Complete, await store.InspectAsync(Cancellation));
    }

    [Fact]
    public async Task Create_splits_state_by_scope_and_drops_temp()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        var state = ScopedState.Parse("""{"a":1,"app:b":2,"user:c":3,"temp:d":4,"foo:e":5}""", "state_json");

        var created = Assert.IsType<SessionCreated>(await store.CreateAsync(key, state, Cancellation));
        var sibling = Assert.IsType<SessionCreated>(await store.CreateAsync(key with { Id = "other" }, ScopedState.Empty, Cancellation));
        var stranger = Assert.IsType<SessionCreated>(await store.CreateAsync(key with { User = "other" }, ScopedState.Empty, Cancellation));

        Assert.Equal(["a=1", "app:b=2", "foo:e=5", "user:c=3"], State(created.Session));
        Assert.Equal(["app:b=2", "user:c=3"], State(sibling.Session));
        Assert.Equal(["app:b=2"], State(stranger.Session));
        Assert.Equal(State(created.Session), State((await store.GetAsync(key, EventWindow.All, Cancellation))!));
    }

    [Fact]
    public async Task Create_returns_what_get_returns()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();

        var created = Assert.IsType<SessionCreated>(await store.CreateAsync(key, ScopedState.Empty, Cancellation)).Session;
        var read = await store.GetAsync(key, EventWindow.All, Cancellation);

        Assert.NotNull(read);
        Assert.Equal((created.Key, created.Revision, created.CreateTime, created.UpdateTime), (read.Key, read.Revision, read.CreateTime, read.UpdateTime));
        Assert.Empty(read.Events);
        Assert.Equal(0, read.Revision);
    }

    [Fact]
    public async Task Create_of_an_id_that_exists_is_refused_and_changes_no_state()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"app:a":1}""", "s"), Cancellation);

        Assert.IsType<SessionExists>(await store.CreateAsync(key, ScopedState.Parse("""{"x":2,"app:a":2,"user:a":2}""", "s"), Cancellation));
        Assert.Equal(["app:a=1"], State((await store.GetAsync(key, EventWindow.All, Cancellation))!));
    }

    [Fact]
    public async Task Get_finds_no_session_of_another_user_or_app()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);

        Assert.Null(await store.GetAsync(key with { User = "thief" }, EventWindow.All, Cancellation));
        Assert.Null(await store.GetAsync(key with { App = "elsewhere" }, EventWindow.All, Cancellation));
        Assert.Null(await store.GetAsync(key with { Id = "unknown" }, EventWindow.All, Cancellation));
    }

    [Fact]
    public async Task Append_overwrites_each_key_whole_and_keeps_null()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"o":{"x":1},"gone":1,"stays":true,"app:o":{"x":1},"user:o":{"x":1}}""", "s"), Cancellation);

        await store.AppendAsync(key, Offer.Event(delta: """{"o":{"y":2},"gone":null,"app:o":{"y":2},"user:o":null,"temp:t":1}"""), null, Cancellation);

        Assert.Equal(
            ["app:o={\"y\":2}", "gone=null", "o={\"y\":2}", "stays=true", "user:o=null"],
            State((await store.GetAsync(key, EventWindow.All, Cancellation))!));
    }

    [Fact]
    public async Task Append_creates_state_rows_that_are_missing_and_leaves_others_alone()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);

        await store.AppendAsync(key, Offer.Event(delta: """{"user:u":1}"""), null, Cancellation);
        await store.AppendAsync(key, Offer.Event(delta: """{"app:a":1}"""), null, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        Assert.Equal(["app:a=1", "user:u=1"], State((await store.GetAsync(key, EventWindow.All, Cancellation))!));
    }

    [Fact]
    public async Task Append_counts_the_revision_and_takes_the_events_time_as_update_time()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);

        Assert.Equal(new Appended(1), await store.AppendAsync(key, Offer.Event(at: Offer.Start.AddHours(1)), null, Cancellation));
        Assert.Equal(new Appended(2), await store.AppendAsync(key, Offer.Event(at: Offer.Start), 1, Cancellation));

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(2, session!.Revision);
        Assert.InRange(Offer.Start - session.UpdateTime, TimeSpan.Zero, dialect.TimeResolution);
        Assert.Equal([2L, 1L], session.Events.Select(stored => stored.Revision));
    }

    [Fact]
    public async Task Append_at_a_stale_revision_is_refused_and_names_the_current_one()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(), 0, Cancellation);

        var late = await store.AppendAsync(key, Offer.Event(delta: """{"late":1,"app:late":1}"""), 0, Cancellation);

        Assert.Equal(new RevisionConflict(Current: 1), late);
        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Single(session!.Events);
        Assert.Empty(session.State);
    }

    [Fact]
    public async Task Append_to_a_session_that_is_missing_says_so_and_leaves_nothing_behind()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();

        Assert.IsType<SessionMissing>(await store.AppendAsync(key, Offer.Event(delta: """{"app:a":1,"user:a":1}"""), null, Cancellation));
        Assert.IsType<SessionMissing>(await store.AppendAsync(key, Offer.Event(), 7, Cancellation));

        var created = Assert.IsType<SessionCreated>(await store.CreateAsync(key, ScopedState.Empty, Cancellation));
        Assert.Empty(created.Session.State);
        Assert.Empty((await store.GetAsync(key, EventWindow.All, Cancellation))!.Events);
    }

    [Fact]
    public async Task Append_of_an_event_sent_again_succeeds_without_applying_it_again()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        var first = Offer.Event("e1", delta: """{"n":1}""", json: """{"content":{"parts":[{"text":"x"}],"role":"user"},"big":1.50,"e":1e3}""");
        var again = Offer.Event("e1", delta: """{"n":1}""", json: """{"e":1000,"big":1.5,"content":{"role":"user","parts":[{"text":"x"}]}}""");
        await store.AppendAsync(key, first, 0, Cancellation);
        await store.AppendAsync(key, Offer.Event(delta: """{"n":2}"""), 1, Cancellation);

        Assert.Equal(new AlreadyAppended(1, first.Timestamp), await store.AppendAsync(key, again, 0, Cancellation));

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(["n=2"], State(session!));
        Assert.Equal(2, session!.Events.Count);
        Assert.Equal(2, session.Revision);
    }

    [Fact]
    public async Task Append_of_an_id_with_other_content_is_refused()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event("e1", json: """{"content":{"role":"user"}}"""), null, Cancellation);

        Assert.IsType<EventIdTaken>(await store.AppendAsync(key, Offer.Event("e1", json: """{"content":{"role":"model"}}"""), null, Cancellation));
        Assert.IsType<EventIdTaken>(
            await store.AppendAsync(key, Offer.Event("e1", at: Offer.Start.AddMicroseconds(1), json: """{"content":{"role":"user"}}"""), null, Cancellation));
    }

    [Fact]
    public async Task Append_of_the_same_id_in_two_sessions_stores_both()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.CreateAsync(key with { Id = "other" }, ScopedState.Empty, Cancellation);

        Assert.Equal(new Appended(1), await store.AppendAsync(key, Offer.Event("e1"), null, Cancellation));
        Assert.Equal(new Appended(1), await store.AppendAsync(key with { Id = "other" }, Offer.Event("e1", json: """{"x":1}"""), null, Cancellation));
    }

    [Fact]
    public async Task Append_sent_again_without_a_time_is_equal_whatever_time_the_server_gave_it()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        var header = new EventHeader { Id = "e1", Author = "user" };
        await store.AppendAsync(key, EventJson.Prepare("", header, Offer.Start), null, Cancellation);

        var again = await store.AppendAsync(key, EventJson.Prepare("", header, Offer.Start.AddMinutes(1)), null, Cancellation);

        Assert.Equal(new AlreadyAppended(1, Offer.Start), again);
    }

    [Fact]
    public async Task Delete_takes_the_events_and_leaves_app_and_user_state()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"s":1,"app:a":1,"user:u":1}""", "s"), Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        Assert.True(await store.DeleteAsync(key, Cancellation));
        Assert.False(await store.DeleteAsync(key, Cancellation));
        Assert.Null(await store.GetAsync(key, EventWindow.All, Cancellation));

        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        var anew = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Empty(anew!.Events);
        Assert.Equal(["app:a=1", "user:u=1"], State(anew));
    }

    [Fact]
    public async Task Delete_leaves_a_session_of_another_user_with_the_same_id()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        var other = key with { User = "other" };
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.CreateAsync(other, ScopedState.Empty, Cancellation);
        await store.AppendAsync(other, Offer.Event(), null, Cancellation);

        await store.DeleteAsync(key, Cancellation);

        Assert.Single((await store.GetAsync(other, EventWindow.All, Cancellation))!.Events);
    }

    [Fact]
    public async Task State_keeps_large_integers_and_the_digits_of_decimals()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"i":9223372036854775807,"d":0.10,"t":"ä\"😀\n"}""", "s"), Cancellation);

        var state = (await store.GetAsync(key, EventWindow.All, Cancellation))!.State;

        Assert.Equal("9223372036854775807", state["i"].GetRawText());
        Assert.Equal("0.10", state["d"].GetRawText());
        Assert.Equal("ä\"😀\n", state["t"].GetString());
    }

    [Fact]
    public async Task Keys_of_the_longest_length_are_stored()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = new SessionKey(Guid.CreateVersion7().ToString("n").PadRight(dialect.KeyWidth, 'ä'), new('ü', dialect.KeyWidth), new('x', dialect.KeyWidth));
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);

        Assert.Equal(new Appended(1), await store.AppendAsync(key, Offer.Event(new('e', dialect.KeyWidth)), null, Cancellation));
        Assert.Equal(key, (await store.GetAsync(key, EventWindow.All, Cancellation))!.Key);
    }

    [Fact]
    public async Task Check_answers_once_the_database_does()
    {
        var store = await dialect.OpenOrSkipAsync();
        await store.CheckAsync(Cancellation);
    }

    private static IEnumerable<string> State(Session session) =>
        session.State.Select(entry => $"{entry.Key}={entry.Value.GetRawText().Replace(" ",
            "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal);
}
