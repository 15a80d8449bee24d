using System.Text.Json;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Names that differ in case, accents or trailing spaces only, and state keys of every kind.</summary>
public sealed class MySqlKeyTests : IAsyncLifetime
{
    private static readonly SessionKey _key = new("app", "ada", "session");

    private readonly List<MySqlDatabase> _created = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _created)
        {
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Our_own_tables_keep_such_names_apart()
    {
        await using var store = (await CreateAsync()).Open();
        foreach (var user in new[] { "ada", "Ada", "ada ", "áda" })
        {
            Assert.IsType<SessionCreated>(await store.CreateAsync(_key with { User = user }, ScopedState.Parse($$"""{"user:is":"{{user}}"}""", "s"), Cancellation));
            await store.AppendAsync(_key with { User = user }, Offer.Event("e", delta: $$"""{"is":"{{user}}"}"""), 0, Cancellation);
            Assert.Equal(new Appended(2), await store.AppendAsync(_key with { User = user }, Offer.Event("E"), 1, Cancellation));
        }

        foreach (var user in new[] { "ada", "Ada", "ada ", "áda" })
        {
            var session = (await store.GetAsync(_key with { User = user }, EventWindow.All, Cancellation))!;
            Assert.Equal((user, user), (session.State["is"].GetString(), session.State["user:is"].GetString()));
            Assert.Equal(user, Assert.Single((await store.ListAsync(new("app", new() { User = user }, 10), Cancellation)).Sessions).Key.User);
        }
    }

    [Theory]
    [InlineData("Ada")]
    [InlineData("ada ")]
    [InlineData("áda")]
    public async Task Tables_that_cannot_tell_them_apart_show_nobody_anothers_session(string user)
    {
        await using var store = (await CreateAsync(MySqlDatabase.PythonTables)).Open();
        var other = _key with { User = user };
        await store.CreateAsync(_key, ScopedState.Parse("""{"user:secret":1}""", "s"), Cancellation);
        await store.AppendAsync(_key, Offer.Event("e"), 0, Cancellation);

        Assert.Null(await store.GetAsync(other, EventWindow.All, Cancellation));
        Assert.Null(await store.ListEventsAsync(other, new(10), Cancellation));
        Assert.Null(await store.GetOwnStateAsync(other, Cancellation));
        Assert.Empty((await store.ListAsync(new("app", new() { User = user }, 10), Cancellation)).Sessions);
        Assert.Empty(await store.ListHeadsAsync("app", user, null, Cancellation));
        Assert.IsType<SessionMissing>(await store.AppendAsync(other, Offer.Event("f", delta: """{"user:secret":2}"""), null, Cancellation));
        Assert.IsType<SessionMissing>(await store.UpdateAsync(other, new() { DisplayName = "x" }, null, Cancellation));
        Assert.IsType<SessionMissing>(await store.DeleteEventAsync(other, "e", null, Cancellation));
        Assert.False(await store.DeleteAsync(other, Cancellation));

        // The tables have no room for both, which is said, and changes nothing.
        Assert.Equal(StorageFailure.InvalidData, await FailureAsync(() => store.CreateAsync(other, ScopedState.Empty, Cancellation)));
        Assert.Equal(StorageFailure.InvalidData, await FailureAsync(() => store.CreateAsync(other with { Id = "2" }, ScopedState.Parse("""{"user:secret":2}""", "s"), Cancellation)));
        Assert.Equal(StorageFailure.InvalidData, await FailureAsync(() => store.AppendAsync(_key, Offer.Event("E"), null, Cancellation)));
        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(("1", 1), (session.State["user:secret"].GetRawText(), session.Events.Count));
    }

    [Fact]
    public async Task State_keys_and_values_of_every_kind_are_merged_as_they_are()
    {
        await using var store = (await CreateAsync()).Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        string[] parts = ["a", "A", ".", "$", "\"", "\\", "'", "[0]", "*", "**", " ", "\n", "\t", "\u0001", "\u007f", "ü", "u", "ß", "😀", "👩‍💻", "@p0", "?", ";", "--", "/", "\u2028", "%", "`", "{", "}", ","];
        var random = new Random(20251123);
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);

        for (var round = 0; round < 60; round++)
        {
            var delta = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            for (var number = random.Next(1, 6); number > 0; number--)
            {
                var key = string.Concat(random.GetItems(parts, random.Next(0, 4)));
                var text = JsonSerializer.Serialize(string.Concat(random.GetItems(parts, 3)));
                var value = random.GetItems(["null", "0.10", "1e400", "-0", "12345678901234567890123", "{}", "[1, null]", text, $$"""{ {{text}}: [{{text}}] }"""], 1)[0];
                delta[key] = JsonDocument.Parse(value).RootElement;
                expected[key] = value;
            }

            var json = JsonSerializer.Serialize(delta);
            await store.UpdateAsync(_key, new() { State = ScopedState.Parse(json, "s") }, null, Cancellation);
            await store.AppendAsync(
                _key, Offer.Event(delta: JsonSerializer.Serialize(delta.ToDictionary(entry => "app:" + entry.Key, entry => entry.Value))), null, Cancellation);
        }

        var state = (await store.GetAsync(_key, EventWindow.All, Cancellation))!.State;
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), state.Keys.Where(key => !key.StartsWith("app:", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        foreach (var (key, value) in expected)
        {
            using var sent = JsonDocument.Parse(value);
            Assert.True(JsonElement.DeepEquals(sent.RootElement, state[key]), $"'{key}' was {value} and is {state[key].GetRawText()}");
            Assert.True(JsonElement.DeepEquals(sent.RootElement, state["app:" + key]), $"'app:{key}' was {value}");
        }
    }

    [Fact]
    public async Task State_that_a_json_column_has_no_depth_for_is_refused_with_words()
    {
        await using var store = (await CreateAsync()).Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        static string Nested(int depth) => $$"""{"a":{{new string('[', depth)}}{{new string(']', depth)}}}""";

        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event(delta: Nested(30)), null, Cancellation));
        Assert.Equal(StorageFailure.InvalidData, await FailureAsync(() => store.AppendAsync(_key, Offer.Event(delta: Nested(31)), null, Cancellation)));
    }

    private static async Task<StorageFailure> FailureAsync(Func<Task> call) => (await Assert.ThrowsAsync<StorageException>(call)).Failure;

    private async Task<MySqlDatabase> CreateAsync(string sql = "SELECT 1")
    {
        _created.Add(await MySqlDatabase.CreateOrSkipAsync(sql));
        return _created[^1];
    }
}
