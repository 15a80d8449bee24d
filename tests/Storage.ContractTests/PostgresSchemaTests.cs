using Npgsql;
using Runtime.Storage.State;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>Tables come to be, and come back, whoever starts when. Each test has a schema of its own.</summary>
public sealed class PostgresSchemaTests : IAsyncLifetime
{
    private readonly string _schema = $"contract_{Guid.CreateVersion7():n}";
    private NpgsqlDataSource? _source;
    private string _address = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var address = await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation);
        _ = StorageDialects.BuiltIn.Find(address, out var url);
        var settings = url.Keywords is { } keywords ? new(keywords) : Dialects.Postgres.PostgresDialect.FromUrl(url);
        settings.SearchPath = _schema;
        _address = settings.ConnectionString;
        _source = NpgsqlDataSource.Create(_address);
        await ExecuteAsync($"CREATE SCHEMA {_schema}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
        {
            await ExecuteAsync($"DROP SCHEMA {_schema} CASCADE");
            await _source.DisposeAsync();
        }
    }

    [Fact]
    public async Task Replicas_that_start_at_once_on_an_empty_database_all_come_up()
    {
        var replicas = Enumerable.Range(0, 8).Select(_ => StorageDialects.BuiltIn.Open(_address, new())).ToList();

        await Task.WhenAll(replicas.Select(replica => replica.CheckAsync(Cancellation)));

        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task Indexes_that_another_program_dropped_are_back_after_a_start()
    {
        await OpenAndCheckAsync();
        await ExecuteAsync("DROP INDEX idx_events_app_user_session_ts, idx_sessions_app_user");

        await OpenAndCheckAsync();

        Assert.Equal(2L, await ScalarAsync($"SELECT count(*) FROM pg_indexes WHERE schemaname = '{_schema}' AND indexname LIKE 'idx_%'"));
    }

    [Fact]
    public async Task Tables_of_schema_version_0_are_refused_and_left_alone()
    {
        await ExecuteAsync("CREATE TABLE events (id varchar(128), actions bytea)");

        var error = await Assert.ThrowsAsync<StorageException>(OpenAndCheckAsync);

        Assert.Equal(StorageFailure.SchemaOutdated, error.Failure);
        Assert.Equal(1L, await ScalarAsync($"SELECT count(*) FROM pg_tables WHERE schemaname = '{_schema}'"));
    }

    [Fact]
    public async Task A_newer_schema_version_is_refused()
    {
        await OpenAndCheckAsync();
        await ExecuteAsync("UPDATE adk_internal_metadata SET value = '2'");

        var error = await Assert.ThrowsAsync<StorageException>(OpenAndCheckAsync);

        Assert.Equal(StorageFailure.SchemaTooNew, error.Failure);
    }

    [Fact]
    public async Task Tables_dropped_under_a_running_store_are_made_again()
    {
        await using var store = StorageDialects.BuiltIn.Open(_address, new());
        await store.CheckAsync(Cancellation);
        await ExecuteAsync("DROP TABLE sessions, events, app_states, user_states, adk_internal_metadata");

        Assert.IsType<SessionCreated>(await store.CreateAsync(DialectFixture.NewKey(), ScopedState.Empty, Cancellation));
    }

    [Fact]
    public async Task Connections_cut_by_the_server_are_replaced_and_no_append_is_lost_or_doubled()
    {
        await using var store = StorageDialects.BuiltIn.Open(_address + ";Application Name=cut", new());
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        for (var number = 0; number < 10; number++)
        {
            await ScalarAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cut'");

            Assert.Equal(new Appended(number + 1), await store.AppendAsync(key, Offer.Event(), number, Cancellation));
        }
    }

    [Fact]
    public async Task A_row_that_adk_js_inserted_is_read_and_appended_to()
    {
        await using var store = StorageDialects.BuiltIn.Open(_address, new());
        await store.CheckAsync(Cancellation);
        var key = DialectFixture.NewKey();
        await ExecuteAsync($$"""
            INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time) VALUES ('{{key.Id}}', '{{key.App}}', '{{key.User}}', '{"a": 1}', now(), now());
            INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data)
            VALUES ('e1', '{{key.App}}', '{{key.User}}', '{{key.Id}}', 'i', '2025-11-23T04:26:40Z', '{"id": "e1", "author": "user", "timestamp": 1763872000000}')
            """);

        Assert.Equal(new Appended(1), await store.AppendAsync(key, Offer.Event("e2", delta: """{"app:b":2}"""), 0, Cancellation));

        var session = await store.GetAsync(key, EventWindow.All, Cancellation);
        Assert.Equal(["a", "app:b"], session!.State.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["e1", "e2"], session.Events.Select(stored => stored.Id));
        Assert.Contains("\"timestamp\": 1763872000}", System.Text.Encoding.UTF8.GetString(session.Events[0].Json.Span).Replace(",",
            "}", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task OpenAndCheckAsync()
    {
        await using var store = StorageDialects.BuiltIn.Open(_address, new());
        await store.CheckAsync(Cancellation);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _source!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source!.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
