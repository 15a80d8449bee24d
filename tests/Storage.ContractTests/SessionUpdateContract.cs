using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>What a session has beside its events: state that changes without one, name, labels, expiry, limits.</summary>
public abstract class SessionUpdateContract(DialectFixture dialect)
{
    private static readonly SessionLabels _labels = SessionLabels.Parse([new("team", "blue"), new("größe", "xl-1_a")], "labels");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Name_labels_and_expiry_are_kept_from_create_on()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        var expires = new DateTimeOffset(2100, 1, 2, 3, 4, 5, TimeSpan.Zero).AddMicroseconds(123_456);

        var created = Assert.IsType<SessionCreated>(await store.CreateAsync(
            key, new(ScopedState.Empty) { DisplayName = "Ünder \"quotes\" 😀", Labels = _labels, ExpireTime = expires }, Cancellation)).Session;
        var read = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        var listed = (await store.ListAsync(new(key.App, SessionFilter.All, 10), Cancellation)).Sessions.Single();

        Assert.All([created, read, listed], session =>
        {
            Assert.Equal("Ünder \"quotes\" 😀", session.DisplayName);
            Assert.Equal(_labels, session.Labels);
            Assert.Equal(expires, session.ExpireTime);
        });
    }

    [Fact]
    public async Task Update_changes_what_it_names_and_nothing_else()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, new(ScopedState.Parse("""{"a":1}""", "s")) { DisplayName = "old", Labels = _labels }, Cancellation);
        var before = await store.GetAsync(key, EventWindow.All, Cancellation);

        var named = Assert.IsType<SessionUpdated>(await store.UpdateAsync(key, new() { DisplayName = "new" }, null, Cancellation)).Session;
        Assert.Equal(("new", _labels, 0L, before!.UpdateTime), (named.DisplayName, named.Labels, named.Revision, named.UpdateTime));
        Assert.Equal(["a"], named.State.Keys);

        var expires = DateTimeOffset.UnixEpoch.AddYears(200);
        await store.UpdateAsync(key, new() { Labels = SessionLabels.None, Expiry = new(expires) }, null, Cancellation);
        var unlabelled = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.Equal(("new", SessionLabels.None, expires), (unlabelled.DisplayName, unlabelled.Labels, unlabelled.ExpireTime));

        await store.UpdateAsync(key, new() { Expiry = SessionExpiry.Never }, null, Cancellation);
        Assert.Null((await store.GetAsync(key, EventWindow.All, Cancellation))!.ExpireTime);
    }

    [Fact]
    public async Task State_changes_without_an_event_and_makes_a_revision()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"stays":1,"o":{"x":1}}""", "s"), Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        var delta = ScopedState.Parse("""{"o":{"y":null},"app:a":1,"user:u":[1],"temp:t":1}""", "s");
        var updated = Assert.IsType<SessionUpdated>(await store.UpdateAsync(key, new() { State = delta }, 1, Cancellation)).Session;

        var read = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.All([updated, read], session => Assert.Equal(
            ["app:a=1", "o={\"y\":null}", "stays=1", "user:u=[1]"],
            session.State.Select(entry => $"{entry.Key}={entry.Value.GetRawText().Replace(" ", "", StringComparison.Ordinal)}").Order(StringComparer.Ordinal)));
        Assert.Equal((2L, 2L, updated.UpdateTime), (updated.Revision, read.Revision, read.UpdateTime));
        Assert.InRange(read.UpdateTime, read.CreateTime, TimeProvider.System.GetUtcNow().AddSeconds(5));
        Assert.Single(read.Events);
        Assert.Equal(new Appended(3), await store.AppendAsync(key, Offer.Event(), 2, Cancellation));
    }

    [Fact]
    public async Task Update_at_a_stale_revision_or_of_no_session_is_refused()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);
        var update = new SessionUpdate { State = ScopedState.Parse("""{"a":1,"app:a":1,"user:a":1}""", "s"), DisplayName = "late" };

        Assert.Equal(new RevisionConflict(1), await store.UpdateAsync(key, update, 0, Cancellation));
        Assert.Equal(new RevisionConflict(1), await store.UpdateAsync(key, new() { DisplayName = "late" }, 0, Cancellation));
        Assert.IsType<SessionMissing>(await store.UpdateAsync(key with { Id = "nowhere" }, update, null, Cancellation));

        var session = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.Empty(session.State);
        Assert.Equal("", session.DisplayName);
    }

    [Fact]
    public async Task An_expired_session_is_found_by_no_call_and_its_id_is_free()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"old":1,"user:kept":1}""", "s"), Cancellation);
        await store.AppendAsync(key, Offer.Event("e"), null, Cancellation);
        await store.UpdateAsync(key, new() { Expiry = new(TimeProvider.System.GetUtcNow().AddSeconds(-1)) }, null, Cancellation);

        Assert.Null(await store.GetAsync(key, EventWindow.All, Cancellation));
        Assert.Null(await store.ListEventsAsync(key, new(10), Cancellation));
        Assert.Null(await store.GetOwnStateAsync(key, Cancellation));
        Assert.Empty((await store.ListAsync(new(key.App, SessionFilter.All, 10), Cancellation)).Sessions);
        Assert.Empty(await store.ListHeadsAsync(key.App, key.User, null, Cancellation));
        Assert.IsType<SessionMissing>(await store.AppendAsync(key, Offer.Event("f"), null, Cancellation));
        Assert.IsType<SessionMissing>(await store.AppendBatchAsync(key, [Offer.Event("g")], null, Cancellation));
        Assert.IsType<SessionMissing>(await store.UpdateAsync(key, new() { Expiry = SessionExpiry.Never }, null, Cancellation));
        Assert.IsType<SessionMissing>(await store.DeleteEventAsync(key, "e", null, Cancellation));

        var anew = Assert.IsType<SessionCreated>(await store.CreateAsync(key, ScopedState.Empty, Cancellation)).Session;
        Assert.Equal(["user:kept"], anew.State.Keys);
        var read = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.Empty(read.Events);
        Assert.Equal((0L, (DateTimeOffset?)null), (read.Revision, read.ExpireTime));
    }

    [Fact]
    public async Task Sweep_deletes_expired_sessions_with_their_events_and_no_others()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        var past = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        foreach (var number in Enumerable.Range(0, 5))
        {
            await store.CreateAsync(key with { Id = $"{number}" }, ScopedState.Empty, Cancellation);
            await store.AppendAsync(key with { Id = $"{number}" }, Offer.Event("e"), null, Cancellation);
            await store.UpdateAsync(key with { Id = $"{number}" }, new() { Expiry = new(number < 3 ? past : past.AddDays(1)) }, null, Cancellation);
        }

        // The database is shared, so other tests' sessions may be swept as well.
        var swept = new List<SessionKey>();
        for (var round = await store.SweepAsync(2, Cancellation); round.Count > 0; round = await store.SweepAsync(2, Cancellation))
        {
            Assert.InRange(round.Count, 1, 2);
            swept.AddRange(round);
        }

        Assert.Equal(["0", "1", "2"], swept.Where(gone => gone.App == key.App).Select(gone => gone.Id).Order());
        await store.CreateAsync(key with { Id = "1" }, ScopedState.Empty, Cancellation);
        Assert.Empty((await store.GetAsync(key with { Id = "1" }, EventWindow.All, Cancellation))!.Events);
        Assert.Single((await store.GetAsync(key with { Id = "4" }, EventWindow.All, Cancellation))!.Events);
    }

    [Fact]
    public async Task Initial_state_of_the_session_stays_known()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"n":0.10,"app:a":1,"user:u":1}""", "s"), Cancellation);
        await store.AppendAsync(key, Offer.Event(delta: """{"n":2,"m":1}"""), null, Cancellation);

        var own = (await store.GetOwnStateAsync(key, Cancellation))!;

        Assert.Equal(["n=0.10"], own.Initial.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}"));
        Assert.Equal(["m=1", "n=2"], own.Current.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}").Order());
        Assert.Null(await store.GetOwnStateAsync(key with { Id = "nowhere" }, Cancellation));
    }

    [Fact]
    public async Task Heads_tell_how_far_each_session_of_a_user_has_come()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.CreateAsync(key with { Id = "2" }, ScopedState.Empty, Cancellation);
        await store.CreateAsync(key with { User = "other" }, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        Assert.Equal([new("2", 0), new("session", 1)], (await store.ListHeadsAsync(key.App, key.User, null, Cancellation)).OrderBy(head => head.Id));
        Assert.Equal([new SessionHead("2", 0)], await store.ListHeadsAsync(key.App, key.User, "2", Cancellation));
        Assert.Empty(await store.ListHeadsAsync(key.App, key.User, "3", Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("app:")]
    [InlineData("user:")]
    public async Task State_past_its_limit_is_refused_and_nothing_changes(string scope)
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        // Random text, which no database can compress: half the limit fits, twice that does not.
        string Delta(int number) => $$"""{"{{scope}}{{number}}":"{{Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(DialectFixture.MaxStateBytes / 4))}}"}""";
        Assert.IsType<Appended>(await store.AppendAsync(key, Offer.Event(delta: Delta(1)), null, Cancellation));

        var calls = new Func<Task>[]
        {
            () => store.AppendAsync(key, Offer.Event(delta: Delta(2)), null, Cancellation),
            () => store.AppendBatchAsync(key, [Offer.Event(), Offer.Event(delta: Delta(2))], null, Cancellation),
            () => store.UpdateAsync(key, new() { State = ScopedState.Parse(Delta(2), "s") }, null, Cancellation),
            () => store.CreateAsync(key with { Id = "2" }, ScopedState.Join([ScopedState.Parse(Delta(2), "s"), ScopedState.Parse(Delta(3), "s")]), Cancellation),
        };
        foreach (var call in calls)
        {
            Assert.Equal(StorageFailure.StateTooLarge, (await Assert.ThrowsAsync<StorageException>(call)).Failure);
        }

        var session = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.Equal([$"{scope}1"], session.State.Keys);
        Assert.Equal(1, session.Revision);
        Assert.Null(await store.GetAsync(key with { Id = "2" }, EventWindow.All, Cancellation));
        // What fits is still taken, and what makes it smaller.
        Assert.IsType<Appended>(await store.AppendAsync(key, Offer.Event(delta: $$"""{"{{scope}}1":null}"""), null, Cancellation));
        Assert.IsType<Appended>(await store.AppendAsync(key, Offer.Event(delta: Delta(2)), null, Cancellation));
    }
}
