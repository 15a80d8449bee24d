using System.Text.Json.Nodes;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>The service of ADK JS and this store on one PostgreSQL database, taking turns.</summary>
public sealed class PostgresAdkJsTests : IAsyncLifetime
{
    private static readonly SessionKey _key = new("app", "user", "session");

    private PostgresDatabase? _created;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PostgresDatabase Database => _created!;

    public async ValueTask InitializeAsync()
    {
        AdkJs.SkipUnlessPresent();
        _created = await PostgresDatabase.CreateOrSkipAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_created is not null)
        {
            await _created.DisposeAsync();
        }
    }

    [Fact]
    public async Task ADK_JS_works_on_our_database_and_leaves_what_is_ours()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, new NewSession(ScopedState.Parse("""{"s":1,"app:a":1,"user:u":1}""", "s")) { DisplayName = "name" }, Cancellation);
        await store.AppendAsync(_key, Offer.Event("ours-1", delta: """{"n":1}"""), 0, Cancellation);
        var before = await ColumnsAsync();
        await using var js = AdkJs.StartOrSkip(Database.Url);

        var seen = await js.GetAsync(_key);
        Assert.Equal(["ours-1"], Ids(seen));
        Assert.Equal("""{"s":1,"n":1,"app:a":1,"user:u":1}""", Sorted(seen!["state"]!, "s", "n", "app:a", "user:u"));
        // Its start dropped the indexes and nothing else; the next health check makes them again.
        Assert.Empty(await Database.IndexesAsync());
        Assert.Equal(before, await ColumnsAsync());
        Assert.Equal(2L, await Database.ScalarAsync("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'runtime_%'"));
        await store.CheckAsync(Cancellation);

        await js.AppendAsync(_key, EventOf("theirs-1", 1, """{"n":2,"app:b":2}"""));
        Assert.Equal(new RevisionConflict(2), await store.AppendAsync(_key, Offer.Event("stale"), 1, Cancellation));
        Assert.Equal(new Appended(3), await store.AppendAsync(_key, Offer.Event("ours-2", Offer.Start.AddSeconds(2), """{"m":3}"""), 2, Cancellation));
        await js.AppendAsync(_key, EventOf("theirs-2", 3, "{}"));

        string[] all = ["ours-1", "theirs-1", "ours-2", "theirs-2"];
        Assert.Equal(all, Ids(await js.GetAsync(_key)));
        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(all, session.Events.Select(stored => stored.Id));
        Assert.Equal([1L, 2L, 3L, 4L], session.Events.Select(stored => stored.Revision));
        Assert.Equal((4L, "name"), (session.Revision, session.DisplayName));
        Assert.Equal(
            ["app:a=1", "app:b=2", "m=3", "n=2", "s=1", "user:u=1"],
            session.State.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}").Order(StringComparer.Ordinal));

        await js.DeleteAsync(_key);
        Assert.Null(await store.GetAsync(_key, EventWindow.All, Cancellation));
        Assert.IsType<SessionMissing>(await store.AppendAsync(_key, Offer.Event(), null, Cancellation));
    }

    [Fact]
    public async Task A_database_of_ADK_JS_is_taken_over_and_shared()
    {
        await using var js = AdkJs.StartOrSkip(Database.Url);
        await js.CreateAsync(_key, """{"s":1,"app:a":1}""");
        await js.AppendAsync(_key, EventOf("theirs", 0, """{"n":1}"""));
        await using var store = Database.Open();

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(["theirs"], session.Events.Select(stored => stored.Id));
        Assert.Equal(["app:a", "n", "s"], session.State.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0, session.Revision);

        var ours = _key with { Id = "ours" };
        await store.CreateAsync(ours, ScopedState.Parse("""{"o":1}""", "s"), Cancellation);
        await store.AppendAsync(ours, Offer.Event("e", json: """{"content":{"role":"user","parts":[{"text":"hello"}]}}"""), 0, Cancellation);
        await store.AppendAsync(_key, Offer.Event("next", Offer.Start.AddSeconds(1)), 0, Cancellation);

        var read = (await js.GetAsync(ours))!;
        Assert.Equal("hello", (string?)read["events"]![0]!["content"]!["parts"]![0]!["text"]);
        Assert.Equal(Offer.Start.ToUnixTimeMilliseconds(), (long)(double)read["events"]![0]!["timestamp"]!);
        Assert.Equal(Offer.Start.ToUnixTimeMilliseconds(), (long)(double)read["lastUpdateTime"]!);
        Assert.Equal(["theirs", "next"], Ids(await js.GetAsync(_key)));
        Assert.Equal(2, (await js.ListAsync(_key))!["sessions"]!.AsArray().Count);
        Assert.Equal(2, (await store.ListAsync(new("app", SessionFilter.All, 10), Cancellation)).Sessions.Count);
    }

    [Fact]
    public async Task Writers_of_both_lose_no_event_and_no_key_of_the_session()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await using var js = AdkJs.StartOrSkip(Database.Url);
        await js.GetAsync(_key);
        await store.CheckAsync(Cancellation);

        var theirs = Task.Run(async () =>
        {
            for (var number = 0; number < 20; number++)
            {
                await js.AppendAsync(_key, EventOf($"js-{number}", number, $$"""{"js-{{number}}":1}"""));
            }
        }, Cancellation);
        var ours = Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var number = 0; number < 20; number++)
            {
                Assert.IsType<Appended>(await store.AppendAsync(_key, Offer.Event($"{writer}-{number}", delta: $$"""{"{{writer}}-{{number}}":1}"""), null, Cancellation));
            }
        });
        await Task.WhenAll(ours.Append(theirs));

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal((100, 100, 100L), (session.Events.Count, session.State.Count, session.Revision));
        Assert.Equal(Enumerable.Range(1, 100).Select(number => (long)number), session.Events.Select(stored => stored.Revision).Order());
    }

    [Fact]
    public async Task An_event_that_ADK_JS_writes_again_is_read_as_it_is_now()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        // Kept as exact text beside the JSON, which is no longer what the event says.
        await store.AppendAsync(_key, Offer.Event("again", json: """{"output":"old \u0000"}"""), 0, Cancellation);
        await using var js = AdkJs.StartOrSkip(Database.Url);
        await js.GetAsync(_key);

        await js.AppendAsync(_key, EventOf("again", 1, """{"n":1}"""));

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal("""{"n": 1}""", System.Text.Encoding.UTF8.GetString(Assert.Single(session.Events).StateDelta.Span));
        Assert.Equal(2, session.Revision);
    }

    private static IEnumerable<string?> Ids(JsonNode? session) => session!["events"]!.AsArray().Select(stored => (string?)stored!["id"]);

    private static string Sorted(JsonNode state, params string[] names)
    {
        Assert.Equal(names.Length, state.AsObject().Count);
        return new JsonObject(names.Select(name => KeyValuePair.Create(name, state[name]?.DeepClone()))).ToJsonString();
    }

    private static string EventOf(string id, int second, string delta) => new JsonObject
    {
        ["id"] = id,
        ["invocationId"] = "i",
        ["author"] = "user",
        ["timestamp"] = Offer.Start.AddSeconds(second).ToUnixTimeMilliseconds(),
        ["actions"] = new JsonObject { ["stateDelta"] = JsonNode.Parse(delta) },
    }.ToJsonString();

    private Task<List<string>> ColumnsAsync() => Database.ColumnAsync("""
        SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1
        """);
}
