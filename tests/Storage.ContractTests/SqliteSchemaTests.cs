using System.Text.Json;
using Microsoft.Data.Sqlite;
using Runtime.Storage.Dialects.Sqlite;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Tables come to be, come back, and keep the layout of the program that made them.</summary>
public sealed class SqliteSchemaTests : IDisposable
{
    private const string Insert = "INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data) VALUES";

    private static readonly SessionKey _key = new("app", "user", "session");

    private readonly SqliteFile _file = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_look_finds_what_there_is_and_leaves_no_file()
    {
        await using (var store = _file.Open())
        {
            Assert.Equal(SessionTables.None, await store.InspectAsync(Cancellation));
            Assert.Empty(Files());
        }

        // Without a write-ahead log, as ADK leaves a file; then with one, that nobody has open.
        _file.Execute(SqliteFile.SqlAlchemyTables);
        await LookAsync(SessionTables.Incomplete);
        await using (var store = _file.Open())
        {
            await store.CheckAsync(Cancellation);
        }

        await LookAsync(SessionTables.Complete);
    }

    [Fact]
    public async Task A_look_sees_what_is_only_in_the_log_of_a_file_in_use()
    {
        await using var service = _file.Open();
        await service.CheckAsync(Cancellation);
        await using var doctor = _file.Open();

        Assert.Equal(SessionTables.Complete, await doctor.InspectAsync(Cancellation));
    }

    [Theory]
    [InlineData("not a database at all, however long the text in it may be")]
    [InlineData("")]
    public async Task A_look_at_a_file_of_something_else_is_refused_or_finds_nothing(string content)
    {
        await File.WriteAllTextAsync(_file.Path, content, Cancellation);
        await using var store = _file.Open();

        if (content.Length is 0)
        {
            Assert.Equal(SessionTables.None, await store.InspectAsync(Cancellation));
        }
        else
        {
            Assert.Equal(StorageFailure.Denied, (await Assert.ThrowsAsync<StorageException>(() => store.InspectAsync(Cancellation))).Failure);
        }

        Assert.Equal(content, await File.ReadAllTextAsync(_file.Path, Cancellation));
    }

    [Fact]
    public async Task A_look_at_a_file_that_may_not_be_made_is_refused()
    {
        await using var store = StorageDialects.BuiltIn.Open($"{_file.Address}?mode=rw", new());

        Assert.Equal(StorageFailure.Denied, (await Assert.ThrowsAsync<StorageException>(() => store.InspectAsync(Cancellation))).Failure);
    }

    [Fact]
    public async Task Processes_that_start_at_once_on_no_file_all_come_up()
    {
        var replicas = Enumerable.Range(0, 8).Select(_ => _file.Open()).ToList();

        await Task.WhenAll(replicas.Select(replica => replica.CheckAsync(Cancellation)));

        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_another_program_dropped_is_back_after_a_check_and_what_came_in_meanwhile_is_counted()
    {
        await using var store = _file.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(_key, Offer.Event("z"), null, Cancellation);
        _file.Execute($$"""
            DROP TRIGGER runtime_events_revision; DROP INDEX idx_events_app_user_session_ts; DROP INDEX idx_runtime_sessions_app;
            {{Insert}} ('m', 'app', 'user', 'session', 'i', {{Offer.Start.ToUnixTimeMilliseconds()}}, '{}'),
                       ('a', 'app', 'user', 'session', 'i', {{Offer.Start.ToUnixTimeMilliseconds()}}, '{}')
            """);

        await store.CheckAsync(Cancellation);

        Assert.Equal(4, _file.Query("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'idx_%'").Count);
        Assert.Equal([1L, 2L, 3L], _file.Query("SELECT runtime_revision FROM events ORDER BY rowid"));
        Assert.Equal(new RevisionConflict(3), await store.AppendAsync(_key, Offer.Event("stale"), 1, Cancellation));
    }

    [Fact]
    public async Task An_event_that_another_program_inserts_makes_a_revision()
    {
        await using var store = _file.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(_key, Offer.Event("ours"), null, Cancellation);

        _file.Execute($$"""{{Insert}} ('theirs', 'app', 'user', 'session', 'i', {{Offer.Start.AddSeconds(1).ToUnixTimeMilliseconds()}}, '{"author":"model"}')""");

        Assert.Equal(new RevisionConflict(2), await store.AppendAsync(_key, Offer.Event("stale"), 1, Cancellation));
        var events = (await store.GetAsync(_key, EventWindow.All, Cancellation))!.Events;
        Assert.Equal([("ours", 1L), ("theirs", 2L)], events.Select(stored => (stored.Id, stored.Revision)));
    }

    [Fact]
    public async Task Tables_dropped_under_a_running_store_are_made_again()
    {
        await using var store = _file.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        Assert.NotNull(await store.GetAsync(_key, EventWindow.All, Cancellation));
        _file.Execute("DROP TABLE sessions; DROP TABLE events; DROP TABLE app_states; DROP TABLE user_states; DROP TABLE adk_internal_metadata");

        Assert.Null(await store.GetAsync(_key, EventWindow.All, Cancellation));
        Assert.IsType<SessionCreated>(await store.CreateAsync(_key, ScopedState.Empty, Cancellation));
    }

    [Theory]
    [InlineData("CREATE TABLE events (id VARCHAR(128), actions BLOB, timestamp DATETIME)", StorageFailure.SchemaOutdated, "migrate")]
    [InlineData(SqliteFile.AdkJsTables + "UPDATE adk_internal_metadata SET value = '2'", StorageFailure.SchemaTooNew, "'2'")]
    [InlineData(
        "CREATE TABLE sessions (id TEXT, update_time DATETIME); CREATE TABLE events (id TEXT, timestamp REAL, event_data JSON)",
        StorageFailure.SchemaOutdated, "'REAL'")]
    [InlineData("CREATE TABLE sessions (id TEXT, update_time DATETIME)", StorageFailure.SchemaOutdated, "'nothing'")]
    [InlineData(
        SqliteFile.AdkJsTables + Insert + " ('e', 'app', 'user', 'session', 'i', '2025-11-23 04:26:40.000000', '{}')",
        StorageFailure.SchemaOutdated, "'text'")]
    public async Task Tables_that_nobody_knows_are_refused_and_left_alone(string tables, StorageFailure failure, string named)
    {
        _file.Execute(tables);
        var before = _file.Query("SELECT sql FROM sqlite_master");
        await using var store = _file.Open();

        var error = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));

        Assert.Equal(failure, error.Failure);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _file.Query("SELECT sql FROM sqlite_master"));
    }

    [Fact]
    public async Task Rows_of_sqlalchemy_are_read_and_what_is_written_is_what_it_reads()
    {
        _file.Execute(SqliteFile.SqlAlchemyTables + $$$"""
            INSERT INTO app_states VALUES ('app', '{"a": 1}', '2025-11-23 04:26:40');
            INSERT INTO sessions VALUES ('app', 'user', 'session', '{"s": 1}', '2025-11-23 04:26:40.500000', '2025-11-23 04:26:41.250000');
            {{{Insert}}} ('z', 'app', 'user', 'session', 'i', '2025-11-23 06:26:40.000001', '{"author": "user", "timestamp": 1763872000.000001}'),
                         ('a', 'app', 'user', 'session', 'i', '2025-11-23 06:26:40.000001', '{"author": "user", "timestamp": 1763872000000.001}'),
                         ('null', 'app', 'user', 'session', 'i', '2025-11-23 06:26:40.000002', NULL);
            """);
        await using var store = _file.Open();

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(["z", "a", "null"], session.Events.Select(stored => stored.Id));
        Assert.Equal(3, session.Revision);
        Assert.Equal(["app:a", "s"], session.State.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Moment(1_763_872_001_250_000), session.UpdateTime);
        // The column is in the zone of the host that wrote it; the JSON tells the moment.
        Assert.All(session.Events.Take(2), stored => Assert.Equal(Moment(1_763_872_000_000_001), stored.Timestamp));

        Assert.Equal(new Appended(4), await store.AppendAsync(_key, Offer.Event("ours", delta: """{"n":1,"user:u":1}"""), 3, Cancellation));
        Assert.Equal(["text 2025-11-23 04:26:40.123456"], _file.Query("SELECT typeof(timestamp) || ' ' || timestamp FROM events WHERE id = 'ours'"));
        Assert.Equal(["2025-11-23 04:26:40.123456"], _file.Query("SELECT update_time FROM sessions"));
        Assert.Equal(["2025-11-23 04:26:40.123456"], _file.Query("SELECT update_time FROM user_states"));
        AssertTimeInJson("1763872000.123456");
    }

    [Fact]
    public async Task Rows_of_the_sqlite_service_of_python_are_read_and_what_is_written_is_what_it_reads()
    {
        _file.Execute(SqliteFile.PythonTables + $$$"""
            INSERT INTO sessions VALUES ('app', 'user', 'session', '{"s": 1}', 1763872000.5, 1763872001.25);
            {{{Insert}}} ('z', 'app', 'user', 'session', 'i', 1763872000.1234567, '{"author": "user", "timestamp": 1763872000.1234567}'),
                         ('a', 'app', 'user', 'session', 'i', 1763872000.1234567, '{"author": "user", "timestamp": 1763872000.1234567}');
            """);
        await using var store = _file.Open();

        var session = (await store.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.Equal(["z", "a"], session.Events.Select(stored => stored.Id));
        Assert.All(session.Events, stored => Assert.Equal(Moment(1_763_872_000_123_457), stored.Timestamp));
        Assert.Equal(Moment(1_763_872_001_250_000), session.UpdateTime);

        Assert.Equal(new Appended(3), await store.AppendAsync(_key, Offer.Event("ours", Offer.Start.AddSeconds(1)), 2, Cancellation));
        Assert.Equal(["real"], _file.Query("SELECT typeof(timestamp) FROM events WHERE id = 'ours'"));
        Assert.Equal([1763872001.123456], _file.Query("SELECT timestamp FROM events WHERE id = 'ours'"));
        Assert.Equal([1763872001.123456], _file.Query("SELECT update_time FROM sessions"));
        AssertTimeInJson("1763872001.123456");
        Assert.Empty(_file.Query("SELECT name FROM sqlite_master WHERE name = 'adk_internal_metadata'"));
    }

    [Fact]
    public async Task Pages_do_not_repeat_rows_whose_time_is_finer_than_a_microsecond()
    {
        _file.Execute(SqliteFile.PythonTables + $$$"""
            WITH RECURSIVE made (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM made WHERE n < 6)
            INSERT INTO sessions SELECT 'app', 'user', 's' || n, '{}', 1763872000.1234564, 1763872000.1234564 + n FROM made;
            {{{Insert}}} ('a', 'app', 'user', 's0', 'i', 1763872000.1234564, '{}'), ('b', 'app', 'user', 's0', 'i', 1763872001.1234567, '{}'),
                         ('c', 'app', 'user', 's0', 'i', 1763872002.1234564, '{}');
            """);
        await using var store = _file.Open();
        foreach (var descending in (bool[])[false, true])
        {
            var events = new List<string>();
            EventCursor? place = null;
            do
            {
                var page = (await store.ListEventsAsync(_key with { Id = "s0" }, new(1, descending, After: place), Cancellation))!;
                events.AddRange(page.Events.Select(stored => stored.Id));
                place = page.Next;
            }
            while (place is not null && events.Count < 10);

            var sessions = new List<string>();
            SessionCursor? after = null;
            do
            {
                var order = descending ? SessionOrder.UpdateTimeDescending : SessionOrder.UpdateTimeAscending;
                var page = await store.ListAsync(new("app", SessionFilter.All, 2, order, after), Cancellation);
                sessions.AddRange(page.Sessions.Select(session => session.Key.Id));
                after = page.Next;
            }
            while (after is not null && sessions.Count < 20);

            Assert.Equal(["a", "b", "c"], descending ? events.AsEnumerable().Reverse() : events);
            Assert.Equal(["s0", "s1", "s2", "s3", "s4", "s5", "s6"], descending ? sessions.AsEnumerable().Reverse() : sessions);
        }
    }

    [Fact]
    public async Task Deleting_works_with_and_without_foreign_keys()
    {
        foreach (var tables in (string[])[SqliteFile.SqlAlchemyTables, SqliteFile.PythonTables, SqliteFile.AdkJsTables])
        {
            using var file = new SqliteFile();
            file.Execute(tables);
            await using var store = file.Open();
            await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
            await store.AppendAsync(_key, Offer.Event(), null, Cancellation);

            Assert.True(await store.DeleteAsync(_key, Cancellation));
            Assert.Equal([0L], file.Query("SELECT count(*) FROM events"));
        }
    }

    [Theory]
    [InlineData(false, false, SessionOrder.UpdateTimeAscending)]
    [InlineData(false, false, SessionOrder.UpdateTimeDescending)]
    [InlineData(false, true, SessionOrder.UpdateTimeAscending)]
    [InlineData(false, true, SessionOrder.UpdateTimeDescending)]
    [InlineData(true, false, SessionOrder.UpdateTimeAscending)]
    [InlineData(true, false, SessionOrder.UpdateTimeDescending)]
    [InlineData(true, true, SessionOrder.UpdateTimeAscending)]
    [InlineData(true, true, SessionOrder.UpdateTimeDescending)]
    public async Task A_list_by_update_time_is_served_by_an_index(bool ofUser, bool afterCursor, SessionOrder order)
    {
        await using (var store = _file.Open())
        {
            await store.CheckAsync(Cancellation);
        }

        var cursor = afterCursor ? new SessionCursor(Offer.Start, "user", "session", "") : null;
        var sql = SqliteSql.List(new("app", new() { User = ofUser ? "user" : null }, 50, order, cursor));

        AssertNoSortAndNoScan(sql, ofUser ? "idx_runtime_sessions_user" : "idx_runtime_sessions_app");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_page_of_events_is_served_by_an_index(bool descending, bool afterCursor)
    {
        await using (var store = _file.Open())
        {
            await store.CheckAsync(Cancellation);
        }

        AssertNoSortAndNoScan(SqliteSql.EventsFor(descending, afterCursor), "idx_events_app_user_session_ts");
        AssertNoSortAndNoScan(SqliteSql.RecentEvents, "idx_events_app_user_session_ts");
    }

    [Theory]
    [InlineData("", "sqlite_autoindex_sessions_1")]
    [InlineData(SqliteFile.SqlAlchemyTables, "idx_runtime_sessions_id")]
    [InlineData(SqliteFile.PythonTables, "idx_runtime_sessions_id")]
    public async Task Sessions_are_found_by_their_id_through_the_primary_key_or_an_index_in_its_place(string tables, string index)
    {
        _file.Execute(tables);
        await using (var store = _file.Open())
        {
            await store.CheckAsync(Cancellation);
        }

        AssertNoSortAndNoScan(SqliteSql.Users, index);
        Assert.Equal(
            index.StartsWith("idx", StringComparison.Ordinal) ? [index] : [],
            _file.Query("SELECT name FROM sqlite_master WHERE name = 'idx_runtime_sessions_id'"));
    }

    private static DateTimeOffset Moment(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros);

    private void AssertTimeInJson(string seconds)
    {
        using var json = JsonDocument.Parse((string)_file.Query("SELECT event_data FROM events WHERE id = 'ours'").Single());
        Assert.Equal(seconds, json.RootElement.GetProperty("timestamp").GetRawText());
    }

    private void AssertNoSortAndNoScan(string sql, string index)
    {
        using var connection = _file.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = $"EXPLAIN QUERY PLAN {sql}";
        for (var number = 1; number <= 11; number++)
        {
            command.Parameters.Add(new SqliteParameter($"?{number}", 1));
        }

        using var rows = command.ExecuteReader();
        var plan = new List<string>();
        while (rows.Read())
        {
            plan.Add(rows.GetString(3));
        }

        Assert.Contains(plan, step => step.Contains($"USING INDEX {index}", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && step != "SCAN s");
    }

    private IEnumerable<string?> Files() => Directory.EnumerateFiles(Path.GetDirectoryName(_file.Path)!).Select(Path.GetFileName);

    private async Task LookAsync(SessionTables expected)
    {
        var before = await File.ReadAllBytesAsync(_file.Path, Cancellation);
        await using var store = _file.Open();

        Assert.Equal(expected, await store.InspectAsync(Cancellation));

        Assert.Equal(["sessions.db"], Files());
        Assert.Equal(before, await File.ReadAllBytesAsync(_file.Path, Cancellation));
    }
}
