using Google.Cloud.Spanner.Admin.Database.V1;
using Runtime.GoogleCloud.Spanner;
using Runtime.Storage.Dialects.Spanner;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>What a Spanner store finds when it starts, and what Spanner refuses to hold.</summary>
public sealed class SpannerSchemaTests : IAsyncLifetime
{
    private SpannerEmulator? _emulator;

    public static TheoryData<DatabaseDialect> Dialects => [DatabaseDialect.GoogleStandardSql, DatabaseDialect.Postgresql];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _emulator = await SpannerEmulator.OpenOrSkipAsync(Cancellation);

    public ValueTask DisposeAsync()
    {
        _emulator?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_look_finds_what_there_is_and_makes_nothing(DatabaseDialect dialect)
    {
        var database = await _emulator!.CreateDatabaseAsync(dialect, Cancellation);
        await using var store = Open(database);

        Assert.Equal(SessionTables.None, await store.InspectAsync(Cancellation));
        Assert.Empty(await database.Client.ListTablesAsync(database.Name, schema: null, Cancellation));

        await store.CheckAsync(Cancellation);
        Assert.Equal(SessionTables.Complete, await store.InspectAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Replicas_that_start_at_once_on_an_empty_database_all_work(DatabaseDialect dialect)
    {
        var database = await _emulator!.CreateDatabaseAsync(dialect, Cancellation);
        var replicas = Enumerable.Range(0, 8).Select(_ => Open(database)).ToList();

        var outcomes = await Task.WhenAll(replicas.Select(
            (replica, number) => replica.CreateAsync(new("app", "user", $"{number}"), ScopedState.Empty, Cancellation)));

        Assert.All(outcomes, outcome => Assert.IsType<SessionCreated>(outcome));
        Assert.Equal(["1"], await QueryAsync(database, "SELECT value FROM adk_internal_metadata WHERE key = 'schema_version'"));
        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Tables_that_another_program_made_are_left_alone(DatabaseDialect dialect)
    {
        var database = await _emulator!.CreateDatabaseAsync(dialect, Cancellation);
        await database.Admin.ChangeSchemaAsync(database.Name, [dialect is DatabaseDialect.Postgresql
            ? "CREATE TABLE events (id varchar(128) PRIMARY KEY, app_name varchar(128), event_data text)"
            : "CREATE TABLE events (id STRING(128), app_name STRING(128), event_data STRING(MAX)) PRIMARY KEY (id)"], Cancellation);

        Assert.Equal(StorageFailure.SchemaOutdated, await FailureAsync(database));
        Assert.Equal(["events"], await database.Client.ListTablesAsync(database.Name, schema: null, Cancellation));
    }

    [Fact]
    public async Task Tables_of_schema_version_0_are_refused()
    {
        var database = await _emulator!.CreateDatabaseAsync(DatabaseDialect.GoogleStandardSql, Cancellation);
        await database.Admin.ChangeSchemaAsync(
            database.Name, ["CREATE TABLE events (id STRING(128), app_name STRING(128), actions BYTES(MAX)) PRIMARY KEY (id)"], Cancellation);

        Assert.Equal(StorageFailure.SchemaOutdated, await FailureAsync(database));
    }

    [Fact]
    public async Task A_newer_schema_version_is_refused()
    {
        var database = await _emulator!.CreateDatabaseAsync(DatabaseDialect.GoogleStandardSql, Cancellation);
        await using (var store = Open(database))
        {
            await store.CheckAsync(Cancellation);
        }

        await database.Client.CommitAsync(
            database.Name, [SpannerMutations.Update("adk_internal_metadata", ("key", "schema_version"), ("value", "2"))], Cancellation);

        Assert.Equal(StorageFailure.SchemaTooNew, await FailureAsync(database));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Tables_that_are_dropped_under_a_running_store_come_back(DatabaseDialect dialect)
    {
        var database = await _emulator!.CreateDatabaseAsync(dialect, Cancellation);
        await using var store = Open(database);
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);

        await database.Admin.ChangeSchemaAsync(
            database.Name,
            ["DROP INDEX idx_events_app_user_session_ts", "DROP TABLE events", "DROP INDEX idx_sessions_expire_time", "DROP INDEX idx_sessions_id", "DROP TABLE sessions"],
            Cancellation);

        Assert.Null(await store.GetAsync(key, EventWindow.All, Cancellation));
        Assert.IsType<SessionCreated>(await store.CreateAsync(key, ScopedState.Empty, Cancellation));
        await database.Admin.ChangeSchemaAsync(database.Name, ["DROP INDEX idx_events_app_user_session_ts", "DROP TABLE events"], Cancellation);
        Assert.Equal(new Appended(1), await store.AppendAsync(key, Offer.Event(), null, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_value_that_Spanner_cannot_hold_is_refused_and_nothing_changes(DatabaseDialect dialect)
    {
        var database = await _emulator!.CreateDatabaseAsync(dialect, Cancellation);
        await using var store = Open(database);
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        static Events.PreparedEvent EventOf(int size) => Offer.Event(json: $$"""{"output":"{{new string('x', size)}}"}""");

        var error = await Assert.ThrowsAsync<StorageException>(() => store.AppendBatchAsync(key, [Offer.Event(), EventOf(2_700_000)], null, Cancellation));

        Assert.Equal(StorageFailure.InvalidData, error.Failure);
        Assert.Equal(new Appended(1), await store.AppendAsync(key, EventOf(2_600_000), 0, Cancellation));
        Assert.Equal(2_600_000, (await store.GetAsync(key, EventWindow.All, Cancellation))!.Events.Single().Json.Span.Count("x"u8));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_session_with_more_events_than_one_commit_can_delete_is_deleted_whole(DatabaseDialect dialect)
    {
        var database = await _emulator!.CreateDatabaseAsync(dialect, Cancellation);
        await using var store = new SpannerSessionStore(database, new(), mostDeleted: 3);
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await store.AppendBatchAsync(key, [.. Enumerable.Range(0, 10).Select(number => Offer.Event($"{number}"))], null, Cancellation);

        Assert.True(await store.DeleteAsync(key, Cancellation));

        Assert.Empty(await QueryAsync(database, "SELECT id FROM events"));
        Assert.Null(await store.GetAsync(key, EventWindow.All, Cancellation));
    }

    [Fact]
    public async Task A_database_that_is_missing_is_named_with_the_command_that_makes_it()
    {
        await using var store = StorageDialects.BuiltIn.Open("spanner:///projects/p/instances/nowhere/databases/sessions", new() { Spanner = _emulator!.NewClients() });

        var error = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));

        Assert.Equal(StorageFailure.Denied, error.Failure);
        Assert.Contains("gcloud spanner", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_emulator_that_does_not_answer_is_unavailable()
    {
        using var nobody = new SpannerEmulator("127.0.0.1:1");
        await using var store = StorageDialects.BuiltIn.Open("spanner:///projects/p/instances/i/databases/d", new() { Spanner = nobody.NewClients() });

        var error = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));

        Assert.Equal(StorageFailure.Unavailable, error.Failure);
        Assert.Contains("127.0.0.1:1", error.Problem, StringComparison.Ordinal);
    }

    private ISessionStore Open(SpannerDatabase database) => StorageDialects.BuiltIn.Open($"spanner:///{database.Name}", new() { Spanner = _emulator!.NewClients() });

    private async Task<StorageFailure> FailureAsync(SpannerDatabase database)
    {
        await using var store = Open(database);
        return (await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation))).Failure;
    }

    private static async Task<List<string>> QueryAsync(SpannerDatabase database, string sql) => await database.Client
        .QueryAsync(database.Name, new SpannerStatement(sql), Cancellation).Select(row => row.GetString(0)).ToListAsync(Cancellation);
}
