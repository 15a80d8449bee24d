using System.Text.Json;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>How events come back: complete, in order, and only those asked for.</summary>
public abstract class EventReadingContract(DialectFixture dialect)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"id":"e1","invocation_id":"i","author":"user","timestamp":1763872000.123456,"actions":{},"future_field":{"camelCase":[1,null,{"a":1e400}]}}""")]
    [InlineData("""{"id":"e1","invocation_id":"i","author":"user","timestamp":1763872000,"actions":{"state_delta":{"n":12345678901234567890,"d":0.10},"newAction":1}}""")]
    [InlineData("""{"id":"e1","invocation_id":"","author":"user","timestamp":-1.5,"actions":{},"content":{"parts":[{"text":"nul \u0000 \\u0000 ä 😀"}]}}""")]
    public async Task Event_comes_back_as_it_was_sent(string json)
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Events.EventJson.Prepare(json, new(), DateTimeOffset.UnixEpoch), null, Cancellation);

        var stored = Assert.Single((await store.GetAsync(key, EventWindow.All, Cancellation))!.Events);

        using var sent = JsonDocument.Parse(json);
        using var came = JsonDocument.Parse(stored.Json);
        Assert.True(JsonElement.DeepEquals(sent.RootElement, came.RootElement), $"Came back as {came.RootElement.GetRawText()}");
        Assert.Equal("e1", stored.Id);
        Assert.Equal("user", stored.Author);
    }

    [Fact]
    public async Task Temp_state_is_nowhere_in_what_comes_back()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(json: """{"actions":{"stateDelta":{"temp:secret":"hush","kept":1}}}"""), null, Cancellation);

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);

        Assert.Equal(["kept"], session!.State.Keys);
        Assert.DoesNotContain("hush", System.Text.Encoding.UTF8.GetString(session.Events[0].Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_ordered_by_time_and_ties_keep_the_order_of_append()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        // Ids against the order, so that ordering by id would show.
        string[] tied = ["z", "m", "a", "y", "b"];
        foreach (var id in tied)
        {
            await store.AppendAsync(key, Offer.Event(id), null, Cancellation);
        }

        await store.AppendAsync(key, Offer.Event("early", Offer.Start.AddMicroseconds(-1)), null, Cancellation);
        await store.AppendAsync(key, Offer.Event("late", Offer.Start.AddMicroseconds(1)), null, Cancellation);
        await store.AppendAsync(key, Offer.Event("tied last"), null, Cancellation);

        Assert.Equal(["early", .. tied, "tied last", "late"], await IdsAsync(store, key, EventWindow.All));
        Assert.Equal(["b", "tied last", "late"], await IdsAsync(store, key, new(NumRecent: 3)));
    }

    [Fact]
    public async Task Window_filters_by_time_inclusively_and_then_keeps_the_newest()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Parse("""{"s":1}""", "s"), Cancellation);
        for (var number = 0; number < 6; number++)
        {
            await store.AppendAsync(key, Offer.Event($"{number}", Offer.Start.AddMicroseconds(number)), null, Cancellation);
        }

        // Appended last, and older than all: it counts by its time.
        await store.AppendAsync(key, Offer.Event("old", Offer.Start.AddDays(-1)), null, Cancellation);
        var third = Offer.Start.AddMicroseconds(3);

        Assert.Equal(["3", "4", "5"], await IdsAsync(store, key, new(After: third)));
        Assert.Equal(["4", "5"], await IdsAsync(store, key, new(NumRecent: 2, After: third)));
        Assert.Equal(["3", "4", "5"], await IdsAsync(store, key, new(NumRecent: 50, After: third)));
        Assert.Empty(await IdsAsync(store, key, new(After: Offer.Start.AddDays(1))));
        Assert.Empty(await IdsAsync(store, key, new(NumRecent: 0)));
        Assert.Equal(7, (await IdsAsync(store, key, EventWindow.All)).Count);
        Assert.Equal(["s"], (await store.GetAsync(key, new(NumRecent: 0), Cancellation))!.State.Keys);
    }

    [Fact]
    public async Task A_partial_view_can_be_appended_to()
    {
        var store = await dialect.OpenOrSkipAsync();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);
        await store.AppendAsync(key, Offer.Event(), null, Cancellation);

        var view = await store.GetAsync(key, new(NumRecent: 1), Cancellation);

        Assert.Equal(new Appended(3), await store.AppendAsync(key, Offer.Event(), view!.Revision, Cancellation));
    }

    private static async Task<IReadOnlyList<string>> IdsAsync(ISessionStore store, SessionKey key, EventWindow window) =>
        [.. (await store.GetAsync(key, window, Cancellation))!.Events.Select(stored => stored.Id)];
}
