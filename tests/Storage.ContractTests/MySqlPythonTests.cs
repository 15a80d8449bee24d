using System.Text;
using Runtime.Storage.Dialects.MySql;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>The tables of ADK Python's <c>DatabaseSessionService</c>: rows as it writes them are read, and rows of ours are what it reads.</summary>
public sealed class MySqlPythonTests : IAsyncLifetime
{
    private static readonly SessionKey _key = new("app", "user", "session");

    private MySqlDatabase? _created;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MySqlDatabase Database => _created!;

    public async ValueTask InitializeAsync() => _created = await MySqlDatabase.CreateOrSkipAsync(MySqlDatabase.PythonTables);

    public async ValueTask DisposeAsync()
    {
        if (_created is not null)
        {
            await _created.DisposeAsync();
        }
    }

    [Fact]
    public async Task Rows_of_ADK_Python_are_read_with_the_time_that_the_event_had()
    {
        await CreateAsPythonAsync();
        // A host two hours east of Greenwich writes its local time; the JSON has the seconds.
        await AppendAsPythonAsync("e1", "2025-11-23 06:26:40.123456", """{"author":"user","actions":{"state_delta":{"n":1}},"timestamp":1763872000.123456}""");
        await AppendAsPythonAsync("e2", "2025-11-23 06:26:41", null);
        await using var store = Database.Open();

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;

        Assert.Equal(["a"], session.State.Keys);
        Assert.Equal(new DateTimeOffset(2025, 11, 23, 4, 26, 40, TimeSpan.Zero), session.CreateTime);
        Assert.Equal(["e1", "e2"], session.Events.Select(stored => stored.Id));
        Assert.Equal(Offer.Start, session.Events[0].Timestamp);
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(session.Events[0].StateDelta.Span));
        Assert.Equal("""{"id":"e2","invocation_id":"i","timestamp":1763879201}""", Encoding.UTF8.GetString(session.Events[1].Json.Span));
    }

    [Fact]
    public async Task Sessions_are_found_by_their_id_through_an_index_that_the_tables_lack()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync(MySqlDatabase.ManySessions);

        Assert.Contains("idx_runtime_sessions_id", await Database.IndexesAsync());
        Assert.InRange(await Database.RowsReadAsync(((MySqlSessionStore)store).Users("app", "7")), 0, 3);
        Assert.Equal(["u7"], await store.FindUsersAsync("app", "7", Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_follow_the_column_whatever_the_event_says(bool descending)
    {
        await CreateAsPythonAsync();
        foreach (var number in Enumerable.Range(0, 6))
        {
            await AppendAsPythonAsync($"e{number}", $"2025-11-23 06:26:4{number}", $$"""{"author":"user","timestamp":{{1_763_872_000 + number}}}""");
        }

        await using var store = Database.Open();
        var seen = new List<string>();
        var query = new EventListQuery(2, descending);
        for (var page = await store.ListEventsAsync(_key, query, Cancellation); page is not null;
            page = page.Next is null ? null : await store.ListEventsAsync(_key, query with { After = EventCursor.Decode(page.Next.Encode(), query) }, Cancellation))
        {
            seen.AddRange(page.Events.Select(stored => stored.Id));
        }

        string[] all = ["e0", "e1", "e2", "e3", "e4", "e5"];
        Assert.Equal(descending ? all.Reverse() : all, seen);
    }

    [Fact]
    public async Task Rows_of_ours_are_what_ADK_Python_reads()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Parse("""{"a":1,"app:b":2}""", "s"), Cancellation);
        await store.AppendAsync(_key, Offer.Event("e1", delta: """{"n":1,"user:u":1}""", json: """{"invocationId":"i"}"""), 0, Cancellation);

        Assert.Equal("2025-11-23 04:26:40.123456", await Database.ScalarAsync("SELECT CAST(timestamp AS CHAR) FROM events WHERE id = 'e1'"));
        Assert.Equal("1763872000.123456", await Database.ScalarAsync("SELECT JSON_VALUE(event_data, '$.timestamp') FROM events WHERE id = 'e1'"));
        Assert.Equal("i|user|1", await Database.ScalarAsync(
            "SELECT CONCAT_WS('|', invocation_id, JSON_VALUE(event_data, '$.author'), JSON_VALUE(event_data, '$.actions.state_delta.n')) FROM events WHERE id = 'e1'"));
        Assert.Equal("2025-11-23 04:26:40.123456", await Database.ScalarAsync("SELECT CAST(update_time AS CHAR) FROM sessions"));
        Assert.Equal("""{"a": 1, "n": 1}|{"b":2}|{"u": 1}""", await Database.ScalarAsync(
            "SELECT CONCAT_WS('|', (SELECT state FROM sessions), (SELECT state FROM app_states), (SELECT state FROM user_states))"));
    }

    [Fact]
    public async Task An_append_of_ADK_Python_makes_a_revision_that_our_writers_and_readers_see()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(_key, Offer.Event("ours"), 0, Cancellation);

        await AppendAsPythonAsync("theirs", "2025-11-23 04:26:40.123456", """{"author":"user","timestamp":1763872000.123456}""");

        Assert.Equal(new RevisionConflict(2), await store.AppendAsync(_key, Offer.Event("stale"), 1, Cancellation));
        Assert.Equal(new Appended(3), await store.AppendAsync(_key, Offer.Event("fresh"), 2, Cancellation));
        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        // All of one time: the revision decides.
        Assert.Equal([("ours", 1L), ("theirs", 2L), ("fresh", 3L)], session.Events.Select(stored => (stored.Id, stored.Revision)));
    }

    [Fact]
    public async Task A_name_that_the_columns_are_too_short_for_is_refused_with_words()
    {
        await using var store = Database.Open();

        var error = await Assert.ThrowsAsync<StorageException>(() => store.CreateAsync(_key with { Id = new('x', 129) }, ScopedState.Empty, Cancellation));

        Assert.Equal(StorageFailure.InvalidData, error.Failure);
        Assert.Contains("128", error.Fix, StringComparison.Ordinal);
    }

    private Task CreateAsPythonAsync() => Database.ExecuteAsync("""
        INSERT INTO app_states VALUES ('app', '{}', '2025-11-23 04:26:40');
        INSERT INTO user_states VALUES ('app', 'user', '{}', '2025-11-23 04:26:40');
        INSERT INTO sessions (app_name, user_id, id, state, create_time, update_time) VALUES ('app', 'user', 'session', '{"a": 1}', '2025-11-23 04:26:40', '2025-11-23 04:26:40')
        """);

    private Task AppendAsPythonAsync(string id, string time, string? json) => Database.ExecuteAsync($"""
        INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data)
        VALUES ('{id}', 'app', 'user', 'session', 'i', '{time}', {(json is null ? "NULL" : $"'{json}'")})
        """);
}
