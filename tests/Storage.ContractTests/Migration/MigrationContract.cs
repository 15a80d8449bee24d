using System.Text.Json;
using Runtime.Storage.Migration;

namespace Runtime.Storage.ContractTests.Migration;

/// <summary>What a migration of version 0 does, whichever database it is on.</summary>
public abstract class MigrationContract(V0Database database) : IAsyncLifetime
{
    protected const int Events = 45;

    protected static readonly SessionKey Key = new("app", "user", "session");
    private static readonly string[] _before = ["app_states", "events", "sessions", "user_states"];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await database.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_become_what_adks_own_migration_makes_of_them(bool early)
    {
        await database.CreateTablesAsync(early);
        await database.AddSessionAsync(Key, Events, early: early);

        var report = await database.Migrator().ApplyAsync(progress: null, Cancellation);

        Assert.Equal((Events, 0), (report.Converted, report.Unreadable.Count));
        Assert.Equal(Events, await database.CountAsync("SELECT count(*) FROM events"));
        var row = Assert.Single(await database.RowsAsync("SELECT invocation_id, event_data FROM events WHERE id = 'session-0007'")).Split('|', 2);
        using var json = JsonDocument.Parse(row[1]);
        var stored = json.RootElement;
        Assert.Equal("e-1", row[0]);
        Assert.Equal("session-0007", stored.GetProperty("id").GetString());
        Assert.Equal("agent", stored.GetProperty("author").GetString());
        Assert.Equal(1_763_872_007.123456m, stored.GetProperty("timestamp").GetDecimal());
        Assert.False(stored.GetProperty("partial").GetBoolean());
        Assert.Equal("ü", stored.GetProperty("error_message").GetString());
        Assert.False(stored.TryGetProperty("turn_complete", out _));
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(V0Samples.Content).RootElement, stored.GetProperty("content")));
        Assert.True(JsonElement.DeepEquals(V0Samples.Actions("state"), stored.GetProperty("actions")), stored.GetRawText());
        Assert.Equal(!early, stored.TryGetProperty("long_running_tool_ids", out _));
        Assert.Equal(!early, stored.TryGetProperty("custom_metadata", out _));
        Assert.False(stored.TryGetProperty("usage_metadata", out _));
        Assert.Equal(["1"], await database.RowsAsync("SELECT value FROM adk_internal_metadata"));
    }

    [Fact]
    public async Task The_store_reads_and_continues_what_was_migrated()
    {
        await FillAsync();
        await database.Migrator().ApplyAsync(progress: null, Cancellation);

        await using var store = StorageDialects.BuiltIn.Open(database.Address, new());
        await store.CheckAsync(Cancellation);
        var session = await store.GetAsync(Key, EventWindow.All, Cancellation);

        Assert.Equal(Enumerable.Range(0, Events).Select(number => $"session-{number:0000}"), session!.Events.Select(stored => stored.Id));
        Assert.Equal(new DateTimeOffset(V0Samples.Start, TimeSpan.Zero).AddSeconds(7), session.Events[7].Timestamp);
        Assert.Equal(["a", "app:seen", "user:seen"], session.State.Keys.Order(StringComparer.Ordinal));
        using var delta = JsonDocument.Parse(session.Events[7].StateDelta);
        Assert.True(JsonElement.DeepEquals(V0Samples.Actions("state").GetProperty("state_delta"), delta.RootElement));
        Assert.IsType<Appended>(await store.AppendAsync(
            Key, Offer.Event("next", new DateTimeOffset(V0Samples.Start, TimeSpan.Zero).AddSeconds(1000)), session.Revision, Cancellation));
        Assert.True(await store.DeleteAsync(Key, Cancellation));
        Assert.Equal(0, await database.CountAsync("SELECT count(*) FROM events"));
    }

    [Fact]
    public async Task A_store_refuses_until_the_migration_is_done_and_recovers_then()
    {
        await FillAsync();
        await using var store = StorageDialects.BuiltIn.Open(database.Address, new());
        Assert.Equal(StorageFailure.SchemaOutdated, (await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation))).Failure);

        await Assert.ThrowsAsync<BreakException>(() => database.Migrator().ApplyAsync(Act.At(MigrationStage.Swapping, () => throw new BreakException()), Cancellation));
        var error = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(Key, EventWindow.All, Cancellation));
        Assert.Equal(StorageFailure.SchemaMigrating, error.Failure);
        Assert.Contains("-- migrate", error.Fix, StringComparison.Ordinal);

        await database.Migrator().ApplyAsync(progress: null, Cancellation);
        Assert.Equal(Events, (await store.GetAsync(Key, EventWindow.All, Cancellation))!.Events.Count);
    }

    [Fact]
    public async Task Times_keep_their_microseconds_and_states_stay_as_they_were()
    {
        await FillAsync();
        var times = await database.RowsAsync("SELECT id, timestamp FROM events ORDER BY id");
        var sessions = await database.RowsAsync("SELECT * FROM sessions");
        var states = await database.RowsAsync("SELECT app_name, state, update_time FROM app_states UNION ALL SELECT user_id, state, update_time FROM user_states");

        await database.Migrator().ApplyAsync(progress: null, Cancellation);

        Assert.Equal(times, await database.RowsAsync("SELECT id, timestamp FROM events ORDER BY id"));
        Assert.Equal(sessions, await database.RowsAsync("SELECT * FROM sessions"));
        Assert.Equal(states, await database.RowsAsync("SELECT app_name, state, update_time FROM app_states UNION ALL SELECT user_id, state, update_time FROM user_states"));
    }

    [Fact]
    public async Task Times_of_another_zone_become_utc()
    {
        await FillAsync(events: 1);

        // As the hosts of ADK wrote it: their own time, in November, one hour ahead of UTC.
        await database.Migrator(new() { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") }).ApplyAsync(progress: null, Cancellation);

        using var json = JsonDocument.Parse(Assert.Single(await database.RowsAsync("SELECT event_data FROM events")));
        Assert.Equal(1_763_872_000.123456m - 3600, json.RootElement.GetProperty("timestamp").GetDecimal());
    }

    [Fact]
    public async Task Version_0_events_are_kept_and_a_second_run_has_nothing_to_do()
    {
        await FillAsync();
        var before = await database.RowsAsync("SELECT * FROM events ORDER BY id");
        await database.Migrator().ApplyAsync(progress: null, Cancellation);

        var plan = await database.Migrator().PlanAsync(Cancellation);
        var report = await database.Migrator().ApplyAsync(progress: null, Cancellation);

        Assert.Equal(before, await database.RowsAsync("SELECT * FROM events_v0 ORDER BY id"));
        Assert.Equal(("ADK schema version 1", 0, 0), (plan.Found, plan.Steps.Count, report.Converted));
        Assert.Equal(["adk_internal_metadata", "app_states", "events", "events_v0", "runtime_schema", "sessions", "user_states"], await database.TableNamesAsync());
    }

    [Fact]
    public async Task A_migration_that_was_taken_back_can_be_done_again()
    {
        await FillAsync();
        await database.Migrator().ApplyAsync(progress: null, Cancellation);

        // The statements of docs/migration.md.
        await database.ExecuteAsync("DROP TABLE events");
        await database.ExecuteAsync("ALTER TABLE events_v0 RENAME TO events");
        await database.ExecuteAsync("DROP TABLE adk_internal_metadata");

        Assert.Equal("ADK schema version 0", (await database.Migrator().PlanAsync(Cancellation)).Found);
        await database.Migrator().ApplyAsync(progress: null, Cancellation);
        await AssertMigratedAsync(Events);
    }

    [Fact]
    public async Task A_plan_and_a_rehearsal_change_nothing()
    {
        await FillAsync();
        await database.AddEventAsync(Key, "zz", 100, V0Samples.BadPickle("own_class"));
        var before = await database.RowsAsync("SELECT * FROM events ORDER BY id");

        var plan = await database.Migrator().PlanAsync(Cancellation);
        var unreadable = await database.Migrator().RehearseAsync(progress: null, Cancellation);

        Assert.Equal(("ADK schema version 0", Events + 1, 0), (plan.Found, plan.Events, plan.Converted));
        Assert.Equal((0, 1), (Assert.Single(plan.Steps).From, plan.Steps[0].To));
        Assert.Contains("my_app.models.Order", Assert.Single(unreadable).Problem, StringComparison.Ordinal);
        Assert.Equal(_before, await database.TableNamesAsync());
        Assert.Equal(before, await database.RowsAsync("SELECT * FROM events ORDER BY id"));
    }

    [Fact]
    public async Task A_plan_has_a_backup_command_without_the_password()
    {
        await database.CreateTablesAsync();

        var plan = await database.Migrator().PlanAsync(Cancellation);

        Assert.NotEmpty(plan.Backup);
        Assert.DoesNotContain("assword=", plan.Backup + plan.Database, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_after_any_batch_is_continued_by_the_next()
    {
        await FillAsync();

        foreach (var converted in new[] { 10, 20, 30, 40, Events })
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Migrator().ApplyAsync(Act.At(MigrationStage.Converting, stop.Cancel), stop.Token));

            var plan = await database.Migrator().PlanAsync(Cancellation);
            Assert.Equal(("ADK schema version 0, with a migration that was interrupted", converted), (plan.Found, plan.Converted));
        }

        Assert.Equal(0, (await database.Migrator().ApplyAsync(progress: null, Cancellation)).Converted);
        await AssertMigratedAsync(Events);
    }

    [Theory]
    [InlineData(MigrationStage.Converting)]
    [InlineData(MigrationStage.Swapping)]
    public async Task A_run_that_breaks_at_any_stage_is_continued_by_the_next(MigrationStage stage)
    {
        await FillAsync();

        for (var round = 0; round < 3; round++)
        {
            await Assert.ThrowsAsync<BreakException>(() => database.Migrator().ApplyAsync(Act.At(stage, () => throw new BreakException()), Cancellation));
        }

        await database.Migrator().ApplyAsync(progress: null, Cancellation);
        await AssertMigratedAsync(Events);
    }

    [Fact]
    public async Task Runs_at_once_convert_each_event_once_and_all_end_well()
    {
        await FillAsync();

        var reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => database.Migrator().ApplyAsync(progress: null, Cancellation))));

        Assert.Equal(Events, reports.Sum(report => report.Converted));
        await AssertMigratedAsync(Events);
    }

    [Fact]
    public async Task Events_that_version_0_writes_during_a_migration_are_not_lost()
    {
        await FillAsync();
        var added = 0;

        await database.Migrator().ApplyAsync(
            // Before the place where the conversion is by then, and behind it.
            new Act(progress => database.AddEventAsync(Key, progress.Stage == MigrationStage.Swapping ? "zzz" : $"a{added++}", 200, V0Samples.Pickle("flow")).GetAwaiter().GetResult()),
            Cancellation);

        Assert.True(added > 3);
        await AssertMigratedAsync(Events + added + 1);
    }

    [Fact]
    public async Task Actions_that_cannot_be_read_stop_the_migration_with_the_event_and_a_step()
    {
        await FillAsync();
        await database.AddEventAsync(Key, "session-0025x", 100, V0Samples.BadPickle("own_class"));

        var error = await Assert.ThrowsAsync<StorageException>(() => database.Migrator().ApplyAsync(progress: null, Cancellation));

        Assert.Equal(StorageFailure.DataUnreadable, error.Failure);
        Assert.Contains("event 'session-0025x' of session 'session' (app 'app', user 'user'): it refers to 'my_app.models.Order'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--skip-unreadable-actions", error.Fix, StringComparison.Ordinal);
        Assert.Equal(Events + 1, await database.CountAsync("SELECT count(*) FROM events WHERE actions IS NOT NULL"));
    }

    [Fact]
    public async Task Actions_that_cannot_be_read_are_left_out_on_request_and_each_is_named()
    {
        await FillAsync();
        foreach (var (id, sample) in new[] { ("session-0004x", "own_class"), ("session-0025x", "a_command") })
        {
            await database.AddEventAsync(Key, id, 100, V0Samples.BadPickle(sample));
        }

        var migrator = database.Migrator(new() { SkipUnreadableActions = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => migrator.ApplyAsync(Act.At(MigrationStage.Converting, stop.Cancel), stop.Token));
        var report = await migrator.ApplyAsync(progress: null, Cancellation);

        Assert.Equal("session-0025x", Assert.Single(report.Unreadable).EventId);
        Assert.Equal(2, report.UnreadableInAll);
        await AssertMigratedAsync(Events + 2);
        var row = Assert.Single(await database.RowsAsync("SELECT event_data FROM events WHERE id = 'session-0025x'"));
        using var json = JsonDocument.Parse(row);
        Assert.Empty(json.RootElement.GetProperty("actions").GetProperty("state_delta").EnumerateObject());
        Assert.True(json.RootElement.TryGetProperty("content", out _));
    }

    [Fact]
    public async Task A_run_that_reads_times_in_another_zone_than_the_one_before_is_refused()
    {
        await FillAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Migrator().ApplyAsync(Act.At(MigrationStage.Converting, stop.Cancel), stop.Token));

        var error = await Assert.ThrowsAsync<StorageException>(() => database.Migrator(
            new() { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") }).ApplyAsync(progress: null, Cancellation));

        Assert.Contains("--time-zone UTC", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_version_is_refused_in_words()
    {
        await database.ExecuteAsync("CREATE TABLE adk_internal_metadata (`key` VARCHAR(128), value VARCHAR(256))".Replace('`', Quote));
        await database.ExecuteAsync("INSERT INTO adk_internal_metadata VALUES ('schema_version', '2')");

        var error = await Assert.ThrowsAsync<StorageException>(() => database.Migrator().PlanAsync(Cancellation));

        Assert.Equal(StorageFailure.SchemaTooNew, error.Failure);
        Assert.Contains("'2', and this program knows versions up to 1", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(() => database.Migrator().ApplyAsync(progress: null, Cancellation));
    }

    [Fact]
    public async Task A_kept_table_of_an_earlier_migration_is_not_overwritten()
    {
        await FillAsync();
        await database.ExecuteAsync("CREATE TABLE events_v0 (id VARCHAR(128))");

        var error = await Assert.ThrowsAsync<StorageException>(() => database.Migrator().ApplyAsync(progress: null, Cancellation));

        Assert.Contains("events_v0", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_database_needs_no_migration()
    {
        var plan = await database.Migrator().PlanAsync(Cancellation);

        Assert.Empty(plan.Steps);
        Assert.Equal(0, (await database.Migrator().ApplyAsync(progress: null, Cancellation)).Converted);
        Assert.Empty(await database.TableNamesAsync());
    }

    protected V0Database Database => database;

    /// <summary>Gets what a reserved word is put between.</summary>
    protected virtual char Quote => '"';

    protected async Task FillAsync(int events = Events)
    {
        await database.CreateTablesAsync();
        await database.AddSessionAsync(Key, events);
    }

    protected async Task AssertMigratedAsync(int events)
    {
        Assert.Equal(events, await database.CountAsync("SELECT count(*) FROM events WHERE event_data IS NOT NULL"));
        Assert.Equal(events, await database.CountAsync("SELECT count(*) FROM events_v0"));
        Assert.Equal(0, await database.CountAsync("SELECT count(*) FROM runtime_schema WHERE name = 'migration'"));
        Assert.Equal(["1"], await database.RowsAsync("SELECT value FROM adk_internal_metadata"));
    }

    /// <summary>Does something at each report, in the thread of the migration.</summary>
    protected sealed class Act(Action<MigrationProgress> act) : IProgress<MigrationProgress>
    {
        public static Act At(MigrationStage stage, Action act) => new(progress =>
        {
            if (progress.Stage == stage)
            {
                act();
            }
        });

        public void Report(MigrationProgress value) => act(value);
    }

    protected sealed class BreakException : Exception;
}

public sealed class MigrationOnPostgres() : MigrationContract(new V0OnPostgres());

public sealed class MigrationOnSqlite() : MigrationContract(new V0OnSqlite());
