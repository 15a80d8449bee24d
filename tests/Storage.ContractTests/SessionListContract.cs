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
        string[] descending = ["a4", "b4", "a2", "a3", "b2", "b3", "a0", "a1", "b0", "b1"];
        Assert.Equal(order == SessionOrder.UpdateTimeAscending ? ascending : descending, await AllAsync(store, new(key.App, null, 3, order)));
        Assert.Equal(["b0", "b1", "b2", "b3", "b4"], (await AllAsync(store, new(key.App, "b", 2, order))).Order());
    }

    [Fact]
    public async Task A_session_has_merged_state_and_no_events()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"s":1,"app:a":1,"user:u":1}""", "s"), Cancellation);
        await store.CreateAsync(key with { User = "other" }, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        var page = await store.ListAsync(new(key.App, null, 10), Cancellation);

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

        Assert.Empty((await store.ListAsync(new(key.App, null, 10), Cancellation)).Sessions);
        Assert.Empty((await store.ListAsync(new(key.App, "nobody", 10), Cancellation)).Sessions);
    }

    [Fact]
    public async Task A_page_that_is_exactly_full_has_no_next()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.CreateAsync(key with { Id = "2" }, ScopedState.Empty, Cancellation);

        Assert.Null((await store.ListAsync(new(key.App, key.User, 2), Cancellation)).Next);
        Assert.NotNull((await store.ListAsync(new(key.App, key.User, 1), Cancellation)).Next);
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
            query = query with { After = SessionCursor.Decode(page.Next.Encode(), query.Order, query.User) };
        }
    }
}
