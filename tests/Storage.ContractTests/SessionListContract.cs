using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Lists: complete, in a stable order, page by page.</summary>
public abstract class SessionListContract(DialectFixture dialect)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SessionOrder.UpdateTimeAscending)]
    [InlineData(SessionOrder.UpdateTimeDescending)]
    public async Task Pages_follow_each_other_without_gap_or_overlap(SessionOrder order)
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        foreach (var (user, number) in from user in "ab".Select(letter => $"{letter}") from number in Enumerable.Range(0, 5) select (user, number))
        {
            var session = key with { User = user, Id = $"{number}" };
            await store.CreateAsync(session, ScopedState.Empty, Cancellation);
            // Two sessions of each user share every time, so that only user and id tell them apart.
            await store.AppendAsync(session, Offer.Event(at: Offer.Start.AddSeconds(number / 2)), null, Cancellation);
        }

        string[] ascending = ["a0", "a1", "b0", "b1", "a2", "a3", "b2", "b3", "a4", "b4"];
        string[] descending = ["b4", "a4", "b3", "b2", "a3", "a2", "b1", "b0", "a1", "a0"];
        Assert.Equal(order == SessionOrder.UpdateTimeAscending ? ascending : descending, await AllAsync(store, new(key.App, SessionFilter.All, 3, order)));
        Assert.Equal(["b0", "b1", "b2", "b3", "b4"], (await AllAsync(store, new(key.App, new() { User = "b" }, 2, order))).Order());
    }

    [Fact]
    public async Task A_session_has_merged_state_and_no_events()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"s":1,"app:a":1,"user:u":1}""", "s"), Cancellation);
        await store.CreateAsync(key with { User = "other" }, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        var page = await store.ListAsync(new(key.App, SessionFilter.All, 10), Cancellation);

        Assert.Null(page.Next);
        Assert.All(page.Sessions, session => Assert.Empty(session.Events));
        Assert.Equal(["app:a", "s", "user:u"], page.Sessions.Single(session => session.Key == key).State.Keys.Order());
        Assert.Equal(["app:a"], page.Sessions.Single(session => session.Key != key).State.Keys);
        Assert.Equal(1, page.Sessions.Single(session => session.Key == key).Revision);
    }

    [Fact]
    public async Task Nothing_matching_is_an_empty_page()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();

        Assert.Empty((await store.ListAsync(new(key.App, SessionFilter.All, 10), Cancellation)).Sessions);
        Assert.Empty((await store.ListAsync(new(key.App, new() { User = "nobody" }, 10), Cancellation)).Sessions);
    }

    [Fact]
    public async Task A_page_that_is_exactly_full_has_no_next()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.CreateAsync(key with { Id = "2" }, ScopedState.Empty, Cancellation);

        Assert.Null((await store.ListAsync(new(key.App, new() { User = key.User }, 2), Cancellation)).Next);
        Assert.NotNull((await store.ListAsync(new(key.App, new() { User = key.User }, 1), Cancellation)).Next);
    }

    [Theory]
    [InlineData(SessionOrder.CreateTimeAscending)]
    [InlineData(SessionOrder.CreateTimeDescending)]
    public async Task Sessions_are_listed_by_the_time_they_were_created(SessionOrder order)
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        foreach (var number in Enumerable.Range(0, 5))
        {
            await store.CreateAsync(key with { Id = $"{number}" }, ScopedState.Empty, Cancellation);
            await store.AppendAsync(key with { Id = $"{number}" }, Offer.Event(at: Offer.Start.AddSeconds(-number)), null, Cancellation);
            // Later than what the database keeps of a time.
            await Task.Delay(2, Cancellation);
        }

        string[] ascending = ["user0", "user1", "user2", "user3", "user4"];
        Assert.Equal(order == SessionOrder.CreateTimeAscending ? ascending : ascending.Reverse(), await AllAsync(store, new(key.App, SessionFilter.All, 2, order)));
    }

    [Fact]
    public async Task Filters_hold_together_and_on_every_page()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        foreach (var number in Enumerable.Range(0, 8))
        {
            var session = key with { User = number % 2 == 0 ? "even" : "odd", Id = $"{number}" };
            var labels = SessionLabels.Parse([new("third", $"{number % 3}"), new("with-dash_ü", "x")], "labels");
            await store.CreateAsync(session, new(ScopedState.Empty) { DisplayName = number < 6 ? "A 'name'" : "", Labels = labels }, Cancellation);
            await store.AppendAsync(session, Offer.Event(at: Offer.Start.AddSeconds(number)), null, Cancellation);
        }

        Assert.Equal(["0", "3", "6"], await IdsAsync(new() { Labels = Labels(("third", "0")) }));
        Assert.Equal(["0", "6"], await IdsAsync(new() { User = "even", Labels = Labels(("third", "0"), ("with-dash_ü", "x")) }));
        Assert.Empty(await IdsAsync(new() { Labels = Labels(("third", "0"), ("with-dash_ü", "y")) }));
        Assert.Empty(await IdsAsync(new() { Labels = Labels(("absent", "")) }));
        Assert.Equal(["0", "1", "2", "3", "4", "5"], await IdsAsync(new() { DisplayName = "A 'name'" }));
        Assert.Equal(["6", "7"], await IdsAsync(new() { DisplayName = "" }));
        Assert.Equal(["2", "3", "4"], await IdsAsync(new() { UpdatedFrom = Offer.Start.AddSeconds(1.5), UpdatedUntil = Offer.Start.AddSeconds(4.5) }));

        static SessionLabels Labels(params (string Key, string Value)[] labels) =>
            SessionLabels.Parse(labels.Select(label => KeyValuePair.Create(label.Key, label.Value)), "labels");

        async Task<IEnumerable<string>> IdsAsync(SessionFilter filter) =>
            (await AllAsync(store, new(key.App, filter, 2))).Select(seen => seen[^1..]).Order();
    }

    private static async Task<List<string>> AllAsync(ISessionStore store, SessionListQuery query)
    {
        var seen = new List<string>();
        for (var page = await store.ListAsync(query, Cancellation); ; page = await store.ListAsync(query, Cancellation))
        {
            seen.AddRange(page.Sessions.Select(session => session.Key.User + session.Key.Id));
            if (page.Next is null)
            {
                return seen;
            }

            // As a client sends it back.
            query = query with { After = SessionCursor.Decode(page.Next.Encode(), query.Order, query.Filter) };
        }
    }
}
