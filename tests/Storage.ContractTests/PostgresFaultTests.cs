using Npgsql;
using Runtime.Storage.State;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>What becomes of writers when connections are short, cut, or gone with their server.</summary>
public sealed class PostgresFaultTests
{
    private const int Writers = 8;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pool_of_two_serves_many_callers_at_once()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open("Maximum Pool Size=2");
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async writer =>
        {
            for (var number = 0; number < 5; number++)
            {
                Assert.IsType<Appended>(await store.AppendAsync(key, Offer.Event($"{writer}-{number}"), null, Cancellation));
            }
        }));

        Assert.Equal(160, (await store.GetAsync(key, EventWindow.All, Cancellation))!.Events.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_refusal_whenever_it_comes_leaves_nothing_to_the_next_on_its_connection(int refused)
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open("Maximum Pool Size=1");
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await using (var other = database.Open())
        {
            await other.AppendAsync(key, Offer.Event("taken"), null, Cancellation);
        }

        for (var number = 1; number < 6; number++)
        {
            if (number == refused)
            {
                Assert.IsType<EventIdTaken>(await store.AppendAsync(key, Offer.Event("taken", at: DateTimeOffset.UnixEpoch), null, Cancellation));
            }

            Assert.Equal(new Appended(number + 1), await store.AppendAsync(key, Offer.Event($"{number}"), null, Cancellation));
        }
    }

    [Fact]
    public async Task A_pool_that_stays_empty_is_a_failure_to_retry_that_names_its_setting()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open("Maximum Pool Size=1;Timeout=1");
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await using var other = new NpgsqlConnection(database.Address);
        await other.OpenAsync(Cancellation);
        await using var held = await other.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("SELECT 1 FROM sessions FOR UPDATE", other, held);
        await hold.ExecuteScalarAsync(Cancellation);
        var waiting = store.AppendAsync(key, Offer.Event(), null, Cancellation);
        while (!waiting.IsCompleted && await database.ScalarAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is 0L)
        {
            await Task.Delay(10, Cancellation);
        }

        var error = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(key, EventWindow.All, Cancellation));

        Assert.Equal(StorageFailure.Unavailable, error.Failure);
        Assert.Contains("pool_size", error.Fix, StringComparison.Ordinal);
        await held.RollbackAsync(Cancellation);
        Assert.Equal(new Appended(1), await waiting);
    }

    [Fact]
    public async Task Connections_cut_by_the_server_are_replaced_and_no_append_is_lost_or_doubled()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open("Application Name=cut");
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        for (var number = 0; number < 10; number++)
        {
            await CutAsync(database);

            Assert.Equal(new Appended(number + 1), await store.AppendAsync(key, Offer.Event(), number, Cancellation));
        }
    }

    [Fact]
    public async Task Connections_cut_under_load_lose_and_double_nothing()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open("Application Name=cut");

        await LoadAsync(store, async () =>
        {
            for (var number = 0; number < 20; number++)
            {
                await CutAsync(database);
            }
        });
    }

    [Fact]
    public async Task A_server_that_is_killed_under_load_loses_and_doubles_nothing_and_the_store_recovers_by_itself()
    {
        await using var server = await PostgresServer.StartOrSkipAsync();
        await using var store = StorageDialects.BuiltIn.Open(await server.AddressAsync(), new());

        await LoadAsync(store, async () =>
        {
            await server.KillAsync();
            var refused = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));
            Assert.Equal(StorageFailure.Unavailable, refused.Failure);
            await server.StartAsync();
        });
        await store.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_that_may_only_be_read_says_so_and_is_still_read()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        await using var store = database.Open();
        var key = DialectFixture.NewKey();
        await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        await using var reader = database.Open("Options=-c default_transaction_read_only=on");

        var error = await Assert.ThrowsAsync<StorageException>(() => reader.AppendAsync(key, Offer.Event(), null, Cancellation));

        Assert.Equal(StorageFailure.Full, error.Failure);
        Assert.NotNull(await reader.GetAsync(key, EventWindow.All, Cancellation));
        await reader.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task The_first_host_that_answers_is_taken()
    {
        await using var database = await PostgresDatabase.CreateOrSkipAsync();
        var settings = database.Settings;
        await using var store = StorageDialects.BuiltIn.Open(
            $"postgresql://{Uri.EscapeDataString(settings.Username!)}:{Uri.EscapeDataString(settings.Password ?? "")}@{settings.Host}:9,{settings.Host}:{settings.Port}/{settings.Database}?target_session_attrs=read-write",
            new());

        await store.CheckAsync(Cancellation);
        Assert.IsType<SessionCreated>(await store.CreateAsync(DialectFixture.NewKey(), ScopedState.Empty, Cancellation));
    }

    private static Task<object?> CutAsync(PostgresDatabase database) =>
        database.ScalarAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cut' AND datname = current_database()");

    /// <summary>Writers that insist through whatever happens; afterwards what was acknowledged is compared with what is there.</summary>
    private static async Task LoadAsync(ISessionStore store, Func<Task> fault)
    {
        var key = DialectFixture.NewKey();
        for (var writer = 0; writer < Writers; writer++)
        {
            await store.CreateAsync(key with { Id = $"{writer}" }, ScopedState.Empty, Cancellation);
        }

        using var begun = new CountdownEvent(Writers);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(store, key with { Id = $"{writer}" }, begun, over.Task), Cancellation)).ToArray();
        await Task.Run(() => begun.Wait(TestTimeouts.Start, Cancellation), Cancellation);
        await fault();
        over.SetResult();
        var counts = await Task.WhenAll(writers);

        for (var writer = 0; writer < Writers; writer++)
        {
            var session = (await store.GetAsync(key with { Id = $"{writer}" }, EventWindow.All, Cancellation))!;
            Assert.Equal(Enumerable.Range(0, counts[writer]).Select(number => $"{number}"), session.Events.Select(stored => stored.Id));
            Assert.Equal(counts[writer], session.Revision);
            Assert.Equal(counts[writer], session.State.Keys.Count(name => name.StartsWith($"user:{writer}-", StringComparison.Ordinal)));
        }
    }

    private static async Task<int> WriteAsync(ISessionStore store, SessionKey key, CountdownEvent begun, Task over)
    {
        var number = 0;
        for (var left = 20; left > 0; number++)
        {
            var offered = Offer.Event($"{number}", delta: $$"""{"user:{{key.Id}}-{{number}}":1}""");
            await InsistAsync(async () => Assert.True(await store.AppendAsync(key, offered, null, Cancellation) is Appended or AlreadyAppended));
            if (number == 20)
            {
                begun.Signal();
            }

            left -= over.IsCompleted ? 1 : 0;
        }

        return number;
    }

    private static async Task InsistAsync(Func<Task> call)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StorageException error) when (error.Failure is StorageFailure.Unavailable or StorageFailure.Contention or StorageFailure.Timeout
                && TimeProvider.System.GetElapsedTime(began) < TestTimeouts.Start)
            {
                await Task.Delay(20, Cancellation);
            }
        }
    }
}
