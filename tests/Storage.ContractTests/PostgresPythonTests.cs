using System.Text;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>The tables of ADK Python's <c>DatabaseSessionService</c>: rows as it writes them are read, and rows of ours are what it reads.</summary>
public sealed class PostgresPythonTests : IAsyncLifetime
{
    private static readonly SessionKey _key = new("app", "user", "session");

    private PostgresDatabase? _created;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PostgresDatabase Database => _created!;

    public async ValueTask InitializeAsync() => _created = await PostgresDatabase.CreateOrSkipAsync(PostgresDatabase.PythonTables);

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
        await AppendAsPythonAsync("e1", "2025-11-23 06:26:40.123456", """{"author":"user","actions":{"state_delta":{"n":1}},"timestamp":1763872000.123456,"content":{"parts":[{"text":"hi"}]}}""");
        await AppendAsPythonAsync("e2", "2025-11-23 06:26:41", null);
        await using var store = Database.Open();

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;

        Assert.Equal(["a"], session.State.Keys);
        Assert.Equal(new DateTimeOffset(2025, 11, 23, 4, 26, 40, TimeSpan.Zero), session.CreateTime);
        Assert.Equal(["e1", "e2"], session.Events.Select(stored => stored.Id));
        Assert.Equal(Offer.Start, session.Events[0].Timestamp);
        Assert.Equal("""{"n": 1}""", Encoding.UTF8.GetString(session.Events[0].StateDelta.Span));
        Assert.Equal("""{"id":"e2","invocation_id":"i","timestamp":1763879201}""", Encoding.UTF8.GetString(session.Events[1].Json.Span));
    }

    [Fact]
    public async Task Pages_follow_the_column_whatever_the_event_says()
    {
        await CreateAsPythonAsync();
        foreach (var number in Enumerable.Range(0, 6))
        {
            await AppendAsPythonAsync($"e{number}", $"2025-11-23 06:26:4{number}", $$"""{"author":"user","timestamp":{{1_763_872_000 + number}}}""");
        }

        await using var store = Database.Open();
        foreach (var descending in new[] { false, true })
        {
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
    }

    [Fact]
    public async Task Sessions_are_found_by_their_id_through_an_index_that_the_tables_lack()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.AwaitIndexesAsync(5);
        await Database.ExecuteAsync("""
            INSERT INTO sessions (app_name, user_id, id, state, create_time, update_time)
            SELECT 'app', 'u' || n, 's' || n, '{}', '2025-01-01', '2025-01-01' FROM generate_series(1, 5000) AS n;
            ANALYZE sessions
            """);

        var plan = await Database.ColumnAsync($"PREPARE it (text, text, bigint) AS {PostgresSql.Users}; EXPLAIN (COSTS OFF) EXECUTE it ('app', 's7', 1)");

        Assert.Contains(plan, line => line.Contains("idx_runtime_sessions_id", StringComparison.Ordinal));
        Assert.Equal(["u7"], await store.FindUsersAsync("app", "s7", Cancellation));
    }

    [Fact]
    public async Task Rows_of_ours_are_what_ADK_Python_reads()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Parse("""{"a":1,"app:b":2}""", "s"), Cancellation);
        await store.AppendAsync(_key, Offer.Event("e1", delta: """{"n":1,"user:u":1}""", json: """{"invocationId":"i","content":{"parts":[{"functionCall":{"name":"f","args":{"aB":1}}}]}}"""), 0, Cancellation);
        await store.AppendBatchAsync(_key, [Offer.Event("e2", Offer.Start.AddMinutes(1))], 1, Cancellation);

        Assert.Equal("2025-11-23 04:26:40.123456", await Database.ScalarAsync("SELECT timestamp::text FROM events WHERE id = 'e1'"));
        Assert.Equal("1763872000.123456", await Database.ScalarAsync("SELECT event_data ->> 'timestamp' FROM events WHERE id = 'e1'"));
        Assert.Equal("1763872060.123456", await Database.ScalarAsync("SELECT event_data ->> 'timestamp' FROM events WHERE id = 'e2'"));
        Assert.Equal("i|user|f|1|i", await Database.ScalarAsync("""
            SELECT concat_ws('|', invocation_id, event_data ->> 'author', event_data #>> '{content,parts,0,function_call,name}',
                event_data #>> '{actions,state_delta,n}', event_data ->> 'invocation_id') FROM events WHERE id = 'e1'
            """));
        // What stands beside the JSON in its reader, and nothing that its models do not know.
        Assert.Equal(
            ["actions", "author", "content", "id", "invocation_id", "timestamp"],
            await Database.ColumnAsync("SELECT jsonb_object_keys(event_data) FROM events WHERE id = 'e1' ORDER BY 1"));
        Assert.Equal("2025-11-23 04:27:40.123456", await Database.ScalarAsync("SELECT update_time::text FROM sessions"));
        Assert.Equal("""{"a": 1, "n": 1}""", await Database.ScalarAsync("SELECT state::text FROM sessions"));
        Assert.Equal("""{"b": 2}|{"u": 1}""", await Database.ScalarAsync("SELECT (SELECT state FROM app_states)::text || '|' || (SELECT state FROM user_states)::text"));
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
    public async Task A_session_that_ADK_Python_deletes_is_gone_with_its_events()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(_key, Offer.Event(), 0, Cancellation);

        await Database.ExecuteAsync("DELETE FROM sessions WHERE id = 'session'");

        Assert.Null(await store.GetAsync(_key, EventWindow.All, Cancellation));
        Assert.Equal(0L, await Database.ScalarAsync("SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task Keys_that_its_columns_have_no_room_for_are_refused_with_the_field()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var tooLong = new string('x', 129);

        Assert.Equal("session_id", (await Assert.ThrowsAsync<InvalidInputException>(() => store.CreateAsync(_key with { Id = tooLong }, ScopedState.Empty, Cancellation))).Field);
        Assert.Equal("event.id", (await Assert.ThrowsAsync<InvalidInputException>(() => store.AppendAsync(_key, Offer.Event(tooLong), null, Cancellation))).Field);
        Assert.Equal("event.id", (await Assert.ThrowsAsync<InvalidInputException>(() => store.AppendBatchAsync(_key, [Offer.Event(tooLong)], null, Cancellation))).Field);
        Assert.Null(await store.GetAsync(_key with { Id = tooLong }, EventWindow.All, Cancellation));
    }

    private Task CreateAsPythonAsync() => Database.ExecuteAsync("""
        INSERT INTO app_states VALUES ('app', '{}', '2025-11-23 04:26:40');
        INSERT INTO user_states VALUES ('app', 'user', '{}', '2025-11-23 04:26:40');
        INSERT INTO sessions (app_name, user_id, id, state, create_time, update_time)
        VALUES ('app', 'user', 'session', '{"a": 1}', '2025-11-23 04:26:40', '2025-11-23 04:26:40')
        """);

    // In its order: the session's row is locked, then written, then the event.
    private Task AppendAsPythonAsync(string id, string time, string? json) => Database.ExecuteAsync($"""
        BEGIN;
        SELECT * FROM sessions WHERE app_name = 'app' AND user_id = 'user' AND id = 'session' FOR UPDATE;
        UPDATE sessions SET update_time = '{time}' WHERE app_name = 'app' AND user_id = 'user' AND id = 'session';
        INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data)
        VALUES ('{id}', 'app', 'user', 'session', 'i', '{time}', {(json is null ? "NULL" : $"'{json}'::jsonb")});
        COMMIT
        """);
}
