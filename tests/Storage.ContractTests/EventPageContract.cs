using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Events page by page, and events that are deleted.</summary>
public abstract class EventPageContract(DialectFixture dialect)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_follow_each_other_in_the_order_of_the_session(bool descending)
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        // Five of one time, with ids against the order, between an earlier and a later one.
        foreach (var (id, micros) in new[] { ("z", 0), ("m", 0), ("a", 0), ("late", 1), ("y", 0), ("early", -1), ("b", 0) })
        {
            await store.AppendAsync(key, Offer.Event(id, Offer.Start.AddMicroseconds(micros)), null, Cancellation);
        }

        string[] expected = ["early", "z", "m", "a", "y", "b", "late"];
        Assert.Equal(descending ? expected.Reverse() : expected, await AllAsync(store, key, new(2, descending)));
        Assert.Equal(descending ? expected.Reverse() : expected, await AllAsync(store, key, new(7, descending)));
        Assert.Equal(descending ? expected[1..^1].Reverse() : expected[1..^1], await AllAsync(store, key, new(2, descending, From: Offer.Start, Until: Offer.Start.AddMicroseconds(1))));
    }

    [Fact]
    public async Task A_page_has_whole_events_and_says_the_revision()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        Assert.Empty((await store.ListEventsAsync(key, new(10), Cancellation))!.Events);
        await store.AppendAsync(key, Offer.Event("e", delta: """{"a":1}"""), null, Cancellation);

        var page = await store.ListEventsAsync(key, new(10), Cancellation);

        var read = (await store.GetAsync(key, EventWindow.All, Cancellation))!.Events.Single();
        var paged = Assert.Single(page!.Events);
        Assert.Equal(1, page.Revision);
        Assert.Null(page.Next);
        Assert.Equal((read.Id, read.Author, read.Timestamp, read.Revision), (paged.Id, paged.Author, paged.Timestamp, paged.Revision));
        Assert.True(read.Json.Span.SequenceEqual(paged.Json.Span));
        Assert.Null(await store.ListEventsAsync(key with { User = "thief" }, new(10), Cancellation));
    }

    [Fact]
    public async Task A_page_ends_before_it_grows_past_the_bytes_that_are_wanted()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        foreach (var number in Enumerable.Range(0, 4))
        {
            await store.AppendAsync(key, Offer.Event($"{number}", Offer.Start.AddSeconds(number), json: $$"""{"output":"{{new string('x', 1000)}}"}"""), null, Cancellation);
        }

        Assert.Equal(["0", "1"], (await store.ListEventsAsync(key, new(10, MaxBytes: 2500), Cancellation))!.Events.Select(stored => stored.Id));
        Assert.Equal(["0"], (await store.ListEventsAsync(key, new(10, MaxBytes: 1), Cancellation))!.Events.Select(stored => stored.Id));
        Assert.Equal(["0", "1", "2", "3"], await AllAsync(store, key, new(10, MaxBytes: 2500)));
    }

    [Fact]
    public async Task A_page_that_follows_does_not_shift_when_events_come_and_go()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        foreach (var number in Enumerable.Range(0, 4))
        {
            await store.AppendAsync(key, Offer.Event($"{number}", Offer.Start.AddSeconds(number)), null, Cancellation);
        }

        var first = await store.ListEventsAsync(key, new(2), Cancellation);
        await store.DeleteEventAsync(key, "1", null, Cancellation);
        await store.AppendAsync(key, Offer.Event("before", Offer.Start.AddSeconds(-1)), null, Cancellation);
        var second = await store.ListEventsAsync(key, new(2, After: first!.Next), Cancellation);

        Assert.Equal(["2", "3"], second!.Events.Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_deleted_event_is_gone_and_state_stays()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event("a", delta: """{"n":1}"""), null, Cancellation);
        await store.AppendAsync(key, Offer.Event("b"), null, Cancellation);
        var before = await store.GetAsync(key, EventWindow.All, Cancellation);

        Assert.Equal(new RevisionConflict(2), await store.DeleteEventAsync(key, "a", 1, Cancellation));
        Assert.Equal(new EventDeleted(3), await store.DeleteEventAsync(key, "a", 2, Cancellation));
        Assert.IsType<EventMissing>(await store.DeleteEventAsync(key, "a", null, Cancellation));
        Assert.IsType<SessionMissing>(await store.DeleteEventAsync(key with { User = "thief" }, "b", null, Cancellation));

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(["b"], session!.Events.Select(stored => stored.Id));
        Assert.Equal((3L, "1", before!.UpdateTime), (session.Revision, session.State["n"].GetRawText(), session.UpdateTime));
        Assert.Equal(new Appended(4), await store.AppendAsync(key, Offer.Event("a"), 3, Cancellation));
    }

    private static async Task<List<string>> AllAsync(ISessionStore store, SessionKey key, EventListQuery query)
    {
        var seen = new List<string>();
        for (var page = await store.ListEventsAsync(key, query, Cancellation); ; page = await store.ListEventsAsync(key, query, Cancellation))
        {
            seen.AddRange(page!.Events.Select(stored => stored.Id));
            if (page.Next is null)
            {
                return seen;
            }

            // As a client sends it back.
            query = query with { After = EventCursor.Decode(page.Next.Encode(), query) };
        }
    }
}
