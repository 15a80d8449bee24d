using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Several events in one transaction: all or none, in their order.</summary>
public abstract class BatchAppendContract(DialectFixture dialect)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_appended_in_their_order_with_a_revision_each()
    {
        var (store, key) = await NewSessionAsync();

        var outcome = await store.AppendBatchAsync(
            key,
            [Offer.Event("c", delta: """{"n":1,"gone":1,"app:n":1,"user:n":1}"""), Offer.Event("a"), Offer.Event("b", delta: """{"n":2,"gone":null,"app:n":3}""")],
            0,
            Cancellation);

        var places = Assert.IsType<BatchAppended>(outcome).Places;
        Assert.Equal([1L, 2L, 3L], places.Select(place => place.Revision));
        Assert.All(places, place => Assert.Equal((Offer.Start, false), (place.Timestamp, place.Already)));
        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(["c", "a", "b"], session!.Events.Select(stored => stored.Id));
        Assert.Equal(3, session.Revision);
        Assert.Equal(["app:n=3", "gone=null", "n=2", "user:n=1"], session.State.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_batch_sent_again_is_not_applied_again_whatever_the_revision_is_now()
    {
        var (store, key) = await NewSessionAsync();
        await store.AppendBatchAsync(key, [Offer.Event("a", delta: """{"n":1}"""), Offer.Event("b")], 0, Cancellation);
        await store.AppendAsync(key, Offer.Event("c", delta: """{"n":2}"""), 2, Cancellation);

        var again = await store.AppendBatchAsync(key, [Offer.Event("a", delta: """{"n":1}"""), Offer.Event("b")], 0, Cancellation);

        Assert.Equal([new(1, Offer.Start, true), new(2, Offer.Start, true)], Assert.IsType<BatchAppended>(again).Places);
        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal((3, "2"), (session!.Revision, session.State["n"].GetRawText()));
    }

    [Fact]
    public async Task A_batch_that_was_stored_in_part_is_completed()
    {
        var (store, key) = await NewSessionAsync();
        await store.AppendAsync(key, Offer.Event("b", delta: """{"b":1}"""), null, Cancellation);
        await store.AppendAsync(key, Offer.Event("x", delta: """{"b":2}"""), null, Cancellation);

        var outcome = await store.AppendBatchAsync(
            key, [Offer.Event("a", delta: """{"a":1}"""), Offer.Event("b", delta: """{"b":1}"""), Offer.Event("c")], 2, Cancellation);

        Assert.Equal([new(3, Offer.Start, false), new(1, Offer.Start, true), new(4, Offer.Start, false)], Assert.IsType<BatchAppended>(outcome).Places);
        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(["a=1", "b=2"], session!.State.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}").Order());
        Assert.Equal(["b", "x", "a", "c"], session.Events.Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_batch_that_cannot_be_whole_changes_nothing()
    {
        var (store, key) = await NewSessionAsync();
        await store.AppendAsync(key, Offer.Event("b"), null, Cancellation);
        Events.PreparedEvent[] fresh = [Offer.Event("a", delta: """{"a":1,"app:a":1,"user:a":1}"""), Offer.Event("c")];

        Assert.Equal(new EventIdTaken("b"), await store.AppendBatchAsync(key, [.. fresh, Offer.Event("b", delta: """{"other":1}""")], null, Cancellation));
        Assert.Equal(new RevisionConflict(1), await store.AppendBatchAsync(key, fresh, 0, Cancellation));
        Assert.IsType<SessionMissing>(await store.AppendBatchAsync(key with { Id = "nowhere" }, fresh, null, Cancellation));

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(1, session!.Revision);
        Assert.Single(session.Events);
        Assert.Empty(session.State);
    }

    [Fact]
    public async Task Writers_of_batches_lose_nothing_and_keep_each_batch_together()
    {
        var (store, key) = await NewSessionAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => store.AppendBatchAsync(
            key, [.. Enumerable.Range(0, 5).Select(number => Offer.Event($"{writer}-{number}", delta: $$"""{"{{writer}}-{{number}}":1}"""))], null, Cancellation)));

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(40, session!.State.Count);
        Assert.Equal(40, session.Revision);
        Assert.All(session.Events.Chunk(5), chunk => Assert.Equal(
            Enumerable.Range(0, 5).Select(number => $"{chunk[0].Id.Split('-')[0]}-{number}"), chunk.Select(stored => stored.Id)));
    }

    private async Task<(ISessionStore Store, SessionKey Key)> NewSessionAsync()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        return (store, key);
    }
}
