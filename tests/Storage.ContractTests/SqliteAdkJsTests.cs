using System.Text.Json.Nodes;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>The service of ADK JS and this store on one SQLite file, taking turns.</summary>
public sealed class SqliteAdkJsTests : IDisposable
{
    private static readonly SessionKey _key = new("app", "user", "session");

    private readonly SqliteFile _file = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Adk_js_works_on_our_database_and_leaves_what_is_ours()
    {
        AdkJs.SkipUnlessPresent();
        await using var store = _file.Open();
        await store.CreateAsync(_key, new NewSession(ScopedState.Parse("""{"s":1,"app:a":1,"user:u":1}""", "s")) { DisplayName = "name" }, Cancellation);
        await store.AppendAsync(_key, Offer.Event("ours-1", delta: """{"n":1}"""), 0, Cancellation);
        await using var js = AdkJs.StartOrSkip(_file.Address.Replace("sqlite:///", "sqlite://", StringComparison.Ordinal));

        var seen = await js.GetAsync(_key);
        // Its start dropped the indexes; the next health check makes them again.
        Assert.Empty(Indexes());
        await store.CheckAsync(Cancellation);
        Assert.Equal(4, Indexes().Count);
        await js.AppendAsync(_key, EventOf("theirs-1", 1, """{"n":2,"app:b":2}"""));
        Assert.Equal(new RevisionConflict(2), await store.AppendAsync(_key, Offer.Event("stale"), 1, Cancellation));
        Assert.Equal(new Appended(3), await store.AppendAsync(_key, Offer.Event("ours-2", Offer.Start.AddSeconds(2), """{"m":3}"""), 2, Cancellation));
        await js.GetAsync(_key);
        await js.AppendAsync(_key, EventOf("theirs-2", 3, "{}"));

        Assert.Equal(["ours-1"], Ids(seen));
        Assert.Equal(["ours-1", "theirs-1", "ours-2", "theirs-2"], Ids(await js.GetAsync(_key)));
        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(["ours-1", "theirs-1", "ours-2", "theirs-2"], session.Events.Select(stored => stored.Id));
        Assert.Equal([1L, 2L, 3L, 4L], session.Events.Select(stored => stored.Revision));
        Assert.Equal((4L, "name"), (session.Revision, session.DisplayName));
        Assert.Equal(
            ["app:a=1", "app:b=2", "m=3", "n=2", "s=1", "user:u=1"],
            session.State.Select(entry => $"{entry.Key}={entry.Value.GetRawText()}").Order(StringComparer.Ordinal));

        await js.DeleteAsync(_key);
        Assert.Null(await store.GetAsync(_key, EventWindow.All, Cancellation));
    }

    [Fact]
    public async Task A_database_of_adk_js_is_taken_over_with_its_order()
    {
        await using var js = AdkJs.StartOrSkip(_file.Address.Replace("sqlite:///", "sqlite://", StringComparison.Ordinal));
        await js.CreateAsync(_key, """{"s":1,"app:a":1}""");
        foreach (var id in new[] { "z", "a", "m" })
        {
            await js.AppendAsync(_key, EventOf(id, 0, $$"""{"{{id}}":1}"""));
        }

        await using var store = _file.Open();
        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(["z", "a", "m"], session.Events.Select(stored => stored.Id));
        Assert.Equal(3, session.Revision);
        Assert.Equal(["a", "app:a", "m", "s", "z"], session.State.Keys.Order(StringComparer.Ordinal));

        await store.CreateAsync(_key with { Id = "ours" }, ScopedState.Parse("""{"o":1}""", "s"), Cancellation);
        await store.AppendAsync(_key with { Id = "ours" }, Offer.Event("e", json: """{"content":{"role":"user","parts":[{"text":"hello"}]}}"""), 0, Cancellation);
        var read = (await js.GetAsync(_key with { Id = "ours" }))!;
        Assert.Equal("hello", (string?)read["events"]![0]!["content"]!["parts"]![0]!["text"]);
        Assert.Equal(Offer.Start.ToUnixTimeMilliseconds(), (long)(double)read["events"]![0]!["timestamp"]!);
        Assert.Equal(Offer.Start.ToUnixTimeMilliseconds(), (long)(double)read["lastUpdateTime"]!);
        Assert.Equal(2, (await js.ListAsync(_key))!["sessions"]!.AsArray().Count);
    }

    private static IEnumerable<string?> Ids(JsonNode? session) => session!["events"]!.AsArray().Select(stored => (string?)stored!["id"]);

    private static string EventOf(string id, int second, string delta) => new JsonObject
    {
        ["id"] = id,
        ["invocationId"] = "i",
        ["author"] = "user",
        ["timestamp"] = Offer.Start.AddSeconds(second).ToUnixTimeMilliseconds(),
        ["actions"] = new JsonObject { ["stateDelta"] = JsonNode.Parse(delta) },
    }.ToJsonString();

    private List<object> Indexes() => _file.Query("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'idx_%'");
}
