using Microsoft.Extensions.Logging;
using Npgsql;
using Runtime.Storage.State;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>Tables come to be, and come back, whoever starts when, and whatever the user may do.</summary>
public sealed class PostgresSchemaTests : IAsyncLifetime
{
    private const string DropIndexes = "DROP INDEX idx_events_app_user_session_ts, idx_runtime_sessions_user, idx_runtime_sessions_app, idx_runtime_sessions_expires";
    private const string Objects = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    private const string Triggers = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'runtime_%'";

    private PostgresDatabase? _created;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PostgresDatabase Database => _created!;

    public async ValueTask InitializeAsync() => _created = await PostgresDatabase.CreateOrSkipAsync();

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
        Assert.Equal(0L, await Database.ScalarAsync(Objects));

        await Database.ExecuteAsync(PostgresDatabase.PythonTables);
        Assert.Equal(SessionTables.Incomplete, await store.InspectAsync(Cancellation));
        Assert.Equal(0L, await Database.ScalarAsync(Triggers));

        await Database.ExecuteAsync("UPDATE adk_internal_metadata SET value = '2'");
        Assert.Equal(StorageFailure.SchemaTooNew, (await Assert.ThrowsAsync<StorageException>(() => store.InspectAsync(Cancellation))).Failure);
    }

    [Fact]
    public async Task Replicas_that_start_at_once_on_an_empty_database_all_come_up()
    {
        var replicas = Enumerable.Range(0, 8).Select(_ => Database.Open()).ToList();

        await Task.WhenAll(replicas.Select(replica => replica.CheckAsync(Cancellation)));

        Assert.Equal(4, (await Database.IndexesAsync()).Count);
        Assert.Equal(2L, await Database.ScalarAsync(Triggers));
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task Indexes_and_triggers_that_another_program_dropped_are_back_after_a_check()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync($"{DropIndexes}; DROP TRIGGER runtime_foreign_write ON events");

        await store.CheckAsync(Cancellation);

        Assert.Equal(2L, await Database.ScalarAsync(Triggers));
        await Database.AwaitIndexesAsync(4);
    }

    [Fact]
    public async Task Indexes_come_back_while_writers_write_and_replicas_look_for_them_all()
    {
        var replicas = Enumerable.Range(0, 3).Select(_ => Database.Open()).ToList();
        var key = DialectFixture.NewKey();
        await replicas[0].CreateAsync(key, ScopedState.Empty, Cancellation);
        await Database.ExecuteAsync(DropIndexes);

        await Task.WhenAll(replicas.Select(async replica =>
        {
            for (var number = 0; number < 20; number++)
            {
                await replica.CheckAsync(Cancellation);
                Assert.IsType<Appended>(await replica.AppendAsync(key, Offer.Event(), null, Cancellation));
            }
        }));

        await replicas[0].CheckAsync(Cancellation);
        await Database.AwaitIndexesAsync(4);
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_index_that_was_broken_off_while_it_was_made_is_made_again()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_runtime_sessions_app'::regclass");

        await store.CheckAsync(Cancellation);

        await Database.AwaitIndexesAsync(4);
    }

    [Fact]
    public async Task Tables_of_schema_version_0_are_refused_and_left_alone()
    {
        await Database.ExecuteAsync("CREATE TABLE events (id varchar(128), actions bytea)");

        var error = await Assert.ThrowsAsync<StorageException>(OpenAndCheckAsync);

        Assert.Equal(StorageFailure.SchemaOutdated, error.Failure);
        Assert.Contains("-- migrate", error.Fix, StringComparison.Ordinal);
        Assert.Equal(1L, await Database.ScalarAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task A_newer_schema_version_is_refused()
    {
        await OpenAndCheckAsync();
        await Database.ExecuteAsync("UPDATE adk_internal_metadata SET value = '2'");

        var error = await Assert.ThrowsAsync<StorageException>(OpenAndCheckAsync);

        Assert.Equal(StorageFailure.SchemaTooNew, error.Failure);
    }

    [Fact]
    public async Task Tables_of_a_layout_of_some_other_port_are_refused_and_left_alone()
    {
        await Database.ExecuteAsync("CREATE TABLE events (id text, timestamp double precision, event_data text)");

        var error = await Assert.ThrowsAsync<StorageException>(OpenAndCheckAsync);

        Assert.Equal(StorageFailure.SchemaOutdated, error.Failure);
        Assert.Contains("'double precision'", error.Problem, StringComparison.Ordinal);
        Assert.Equal(1L, await Database.ScalarAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task Tables_dropped_under_a_running_store_are_made_again()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
        await Database.ExecuteAsync("DROP TABLE sessions, events, app_states, user_states, adk_internal_metadata");

        Assert.IsType<SessionCreated>(await store.CreateAsync(DialectFixture.NewKey(), ScopedState.Empty, Cancellation));
    }

    [Fact]
    public async Task Columns_retyped_under_a_running_store_are_read_and_written_in_their_new_type()
    {
        await Database.ExecuteAsync(PostgresDatabase.PythonTables);
        await using var store = Database.Open();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendAsync(key, Offer.Event("before"), null, Cancellation);
        // A change of the table and an index that is made beside it can wait for each other in a circle.
        await Database.AwaitIndexesAsync(5);
        await Database.ExecuteAsync("""
            SET timezone = 'UTC';
            ALTER TABLE events ALTER timestamp TYPE timestamptz, ALTER event_data SET NOT NULL;
            ALTER TABLE sessions ALTER create_time TYPE timestamptz, ALTER update_time TYPE timestamptz;
            ALTER TABLE app_states ALTER update_time TYPE timestamptz;
            ALTER TABLE user_states ALTER update_time TYPE timestamptz
            """);

        await store.AppendAsync(key, Offer.Event("between"), null, Cancellation);
        await store.CheckAsync(Cancellation);
        await store.AppendAsync(key, Offer.Event("after"), null, Cancellation);

        var session = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
        Assert.Equal(["before", "between", "after"], session.Events.Select(stored => stored.Id));
        Assert.All(session.Events, stored => Assert.Equal(Offer.Start, stored.Timestamp));
        Assert.Equal(Offer.Start, session.UpdateTime);
    }

    [Fact]
    public async Task A_user_who_may_only_read_and_write_rows_works_on_complete_tables_and_is_warned_of_what_is_missing()
    {
        await using var role = await RoleAsync();
        await OpenAndCheckAsync();
        await Database.ExecuteAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role.Name}; {DropIndexes}; DROP TRIGGER runtime_foreign_write ON events");
        using var log = new WarningLog();
        await using var store = Database.Open($"Username={role.Name};Password={role.Password}", new() { Loggers = log });
        var key = DialectFixture.NewKey();

        Assert.IsType<SessionCreated>(await store.CreateAsync(key, ScopedState.Empty, Cancellation));
        Assert.Equal(new Appended(1), await store.AppendAsync(key, Offer.Event(), 0, Cancellation));
        await store.CheckAsync(Cancellation);
        await store.CheckAsync(Cancellation);

        await Eventually.GetAsync(() => log.Count == 2 ? log : null, "two warnings");
        await store.CheckAsync(Cancellation);
        Assert.Equal(2, log.Count);
    }

    [Fact]
    public async Task A_user_who_may_not_make_tables_is_told_what_to_do()
    {
        await using var role = await RoleAsync();
        await Database.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        await using var store = Database.Open($"Username={role.Name};Password={role.Password}");

        var error = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));

        Assert.Equal(StorageFailure.Denied, error.Failure);
        Assert.Contains("owner of the tables", error.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain(role.Password, error.Message, StringComparison.Ordinal);
    }

    private async Task OpenAndCheckAsync()
    {
        await using var store = Database.Open();
        await store.CheckAsync(Cancellation);
    }

    private async Task<Role> RoleAsync()
    {
        var name = $"contract_{Guid.CreateVersion7():n}";
        try
        {
            await Database.ExecuteAsync($"CREATE ROLE {name} LOGIN PASSWORD 'p{name}'");
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            Expectation.SkipUnless("postgres", false, "The database user may not create roles. Fix: give it CREATEROLE, or let the tests start a server of their own.");
        }

        return new Role(Database, name);
    }

    private sealed class Role(PostgresDatabase database, string name) : IAsyncDisposable
    {
        public string Name => name;

        public string Password => $"p{name}";

        public async ValueTask DisposeAsync() => await database.ExecuteAsync($"DROP OWNED BY {name}; DROP ROLE {name}");
    }

    private sealed class WarningLog : ILoggerFactory, ILogger
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Interlocked.Increment(ref _count);

        public void Dispose()
        {
        }
    }
}
