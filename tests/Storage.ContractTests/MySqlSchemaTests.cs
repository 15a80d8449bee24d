using Microsoft.Extensions.Logging;
using Runtime.Storage.Dialects.MySql;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>Tables come to be, and come back, whoever starts when. Each test has a database of its own.</summary>
public sealed class MySqlSchemaTests : IAsyncLifetime
{
    private static readonly string[] _indexes =
        ["idx_events_app_user_session_ts", "idx_runtime_sessions_app", "idx_runtime_sessions_expires", "idx_runtime_sessions_user"];

    private static readonly SessionKey _key = new("app", "user", "session");

    private MySqlDatabase? _created;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MySqlDatabase Database => _created!;

    public async ValueTask InitializeAsync() => _created = await MySqlDatabase.CreateOrSkipAsync();

    public async ValueTask DisposeAsync()
    {
        if (_created is not null)
        {
            await _created.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_look_finds_what_there_is_and_makes_nothing()
    {
        await using var store = Database.Open();
        Assert.Equal(SessionTables.None, await store.InspectAsync(Cancellation));
        Assert.Empty(await Database.ColumnAsync("SHOW TABLES"));

        await Database.ExecuteAsync(MySqlDatabase.PythonTables);
        Assert.Equal(SessionTables.Incomplete, await store.InspectAsync(Cancellation));
        Assert.DoesNotContain("runtime_schema", await Database.ColumnAsync("SHOW TABLES"));

        await Database.ExecuteAsync("UPDATE adk_internal_metadata SET value = '2'");
        Assert.Equal(StorageFailure.SchemaTooNew, (await Assert.ThrowsAsync<StorageException>(() => store.InspectAsync(Cancellation))).Failure);
    }

    [Fact]
    public async Task Replicas_that_start_at_once_on_an_empty_database_all_come_up()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Database.OpenAndCheckAsync()));

        Assert.Equal(_indexes, await Database.IndexesAsync());
    }

    [Fact]
    public async Task What_another_program_dropped_is_back_after_a_check_of_a_running_store()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync($"""
            DROP INDEX idx_events_app_user_session_ts ON events; DROP INDEX idx_runtime_sessions_app ON sessions;
            DROP INDEX idx_runtime_sessions_user ON sessions; DROP INDEX idx_runtime_sessions_expires ON sessions; DROP TRIGGER runtime_events_insert
            """);

        await store.CheckAsync(Cancellation);

        Assert.Equal(_indexes, await Database.IndexesAsync());
        Assert.Equal(2L, await Database.ScalarAsync("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()"));
    }

    [Fact]
    public async Task Tables_of_schema_version_0_are_refused_and_left_alone()
    {
        await Database.ExecuteAsync("CREATE TABLE events (id varchar(128), actions longblob)");

        var error = await Assert.ThrowsAsync<StorageException>(Database.OpenAndCheckAsync);

        Assert.Equal(StorageFailure.SchemaOutdated, error.Failure);
        Assert.Contains("-- migrate", error.Fix, StringComparison.Ordinal);
        Assert.Equal(1L, await Database.ScalarAsync("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()"));
    }

    [Fact]
    public async Task A_newer_schema_version_is_refused()
    {
        await Database.OpenAndCheckAsync();
        await Database.ExecuteAsync("UPDATE adk_internal_metadata SET value = '2'");

        Assert.Equal(StorageFailure.SchemaTooNew, (await Assert.ThrowsAsync<StorageException>(Database.OpenAndCheckAsync)).Failure);
    }

    [Fact]
    public async Task Tables_dropped_under_a_running_store_are_made_again()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync("DROP TABLE sessions, events, app_states, user_states, adk_internal_metadata");

        Assert.IsType<SessionCreated>(await store.CreateAsync(_key, ScopedState.Empty, Cancellation));
    }

    [Fact]
    public async Task A_user_that_may_not_define_tables_works_on_complete_ones()
    {
        await Database.OpenAndCheckAsync();
        using var log = new Warnings();
        await using var store = StorageDialects.BuiltIn.Open(await Database.AddressForAsync("SELECT, INSERT, UPDATE, DELETE"), new() { Loggers = log });

        await store.CheckAsync(Cancellation);
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event(delta: """{"app:a":1}"""), 0, Cancellation));
        Assert.Empty(log.Messages);
    }

    [Fact]
    public async Task A_user_that_may_not_define_tables_is_told_so_on_an_empty_database()
    {
        await using var store = StorageDialects.BuiltIn.Open(await Database.AddressForAsync("SELECT, INSERT, UPDATE, DELETE"), new());

        Assert.Equal(StorageFailure.Denied, (await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation))).Failure);
    }

    [Fact]
    public async Task Without_the_right_to_create_triggers_the_store_works_and_says_so_once()
    {
        using var log = new Warnings();
        var address = await Database.AddressForAsync("SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX");
        await using var store = StorageDialects.BuiltIn.Open(address, new() { Loggers = log });

        await store.CheckAsync(Cancellation);
        await store.CheckAsync(Cancellation);
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);

        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event(), 0, Cancellation));
        Assert.Equal(["CREATE TRIGGER runtime_events_insert", "CREATE TRIGGER runtime_events_update"], log.Messages.Select(message => message[message.IndexOf("CREATE", StringComparison.Ordinal)..message.IndexOf(" BEFORE", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData(SessionOrder.UpdateTimeAscending, null)]
    [InlineData(SessionOrder.UpdateTimeDescending, null)]
    [InlineData(SessionOrder.UpdateTimeAscending, "u1")]
    [InlineData(SessionOrder.UpdateTimeDescending, "u1")]
    public async Task A_page_of_a_list_reads_as_many_rows_as_it_has(SessionOrder order, string? user)
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync("""
            INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time)
            SELECT seq, IF(seq % 4 = 0, 'app', 'other'), CONCAT('u', seq % 3), '{}', '2025-01-01', '2025-01-01' + INTERVAL seq % 500 SECOND FROM seq_1_to_8000;
            ANALYZE TABLE sessions
            """);
        var query = new SessionListQuery("app", new() { User = user }, 50, order);
        var first = await store.ListAsync(query, Cancellation);

        foreach (var page in new[] { query, query with { After = first.Next } })
        {
            Assert.InRange(await Database.RowsReadAsync(((MySqlSessionStore)store).Page(page)), 50, 150);
        }
    }

    [Fact]
    public async Task Sessions_are_found_by_their_id_without_reading_others()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync(MySqlDatabase.ManySessions);

        Assert.InRange(await Database.RowsReadAsync(((MySqlSessionStore)store).Users("app", "7")), 0, 3);
        Assert.Equal(["u7"], await store.FindUsersAsync("app", "7", Cancellation));
    }

    [Fact]
    public async Task A_page_of_events_reads_as_many_rows_as_it_has()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await Database.ExecuteAsync("""
            INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data, runtime_revision)
            SELECT seq, 'app', 'user', IF(seq % 2 = 0, 'session', 'other'), '', '2025-01-01' + INTERVAL seq % 500 SECOND, '{"author":"user"}', seq FROM seq_1_to_8000;
            ANALYZE TABLE events
            """);

        foreach (var direction in new[] { "", "DESC" })
        {
            var plan = await Database.ColumnAsync($"""
                EXPLAIN FORMAT=JSON SELECT event_data FROM events FORCE INDEX (idx_events_app_user_session_ts)
                WHERE app_name = 'app' AND user_id = 'user' AND session_id = 'session' AND timestamp >= '2025-01-01 00:05:00'
                ORDER BY timestamp {direction}, runtime_micros {direction}, runtime_revision {direction} LIMIT 50
                """);
            Assert.DoesNotContain("filesort", plan[0], StringComparison.Ordinal);
            Assert.Contains("idx_events_app_user_session_ts", plan[0], StringComparison.Ordinal);
        }
    }

    private sealed class Warnings : ILoggerFactory, ILogger
    {
        public List<string> Messages { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Messages)
            {
                Messages.Add(formatter(state, exception));
            }
        }
    }
}
