using System.Net;
using System.Net.Sockets;
using MySqlConnector;
using Runtime.Storage.State;

namespace Runtime.Storage.ContractTests;

/// <summary>What callers see when the database, or the way to it, does not do its part.</summary>
public sealed class MySqlFaultTests : IAsyncLifetime
{
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
    public async Task Connections_that_the_server_closed_while_idle_are_replaced()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        // Several connections in the pool, all of which die.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.GetAsync(_key, EventWindow.All, Cancellation)));
        for (var number = 0; number < 4; number++)
        {
            await CutAsync();
            Assert.Equal(new Appended((2 * number) + 1), await store.AppendAsync(_key, Offer.Event($"{number}"), 2 * number, Cancellation));
            await CutAsync();
            // Not repeated when its outcome is unknown, so it has to find out first that its connection is dead.
            Assert.IsType<SessionUpdated>(await store.UpdateAsync(_key, new() { State = ScopedState.Parse("""{"a":1}""", "s") }, (2 * number) + 1, Cancellation));
        }
    }

    [Fact]
    public async Task Connections_cut_under_load_lose_and_double_no_acknowledged_event()
    {
        await using var store = Database.Open();
        var keys = Enumerable.Range(0, 8).Select(number => _key with { Id = $"{number}" }).ToList();
        foreach (var key in keys)
        {
            await store.CreateAsync(key, ScopedState.Empty, Cancellation);
        }

        using var done = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            for (var round = 0; round < 20 && !done.IsCancellationRequested; round++)
            {
                await CutAsync();
            }
        }, Cancellation);
        var acknowledged = await Task.WhenAll(keys.Select(async key =>
        {
            var ids = new List<string>();
            for (var number = 0; number < 60; number++)
            {
                try
                {
                    await store.AppendAsync(key, Offer.Event($"{number}", delta: $$"""{"{{number}}":1}"""), null, Cancellation);
                    ids.Add($"{number}");
                }
                catch (StorageException error) when (error.Failure == StorageFailure.Unavailable)
                {
                    // Not acknowledged: it may be there or not.
                }
            }

            return ids;
        }));
        await done.CancelAsync();
        await cutting;

        foreach (var (key, ids) in keys.Zip(acknowledged))
        {
            var session = (await store.GetAsync(key, EventWindow.All, Cancellation))!;
            Assert.Subset(session.Events.Select(stored => stored.Id).ToHashSet(), ids.ToHashSet());
            // Event, state and revision of each, or none of them.
            Assert.Equal(session.Events.Select(stored => stored.Id).Order(), session.State.Keys.Order());
            Assert.Equal(Enumerable.Range(1, session.Events.Count).Select(number => (long)number), session.Events.Select(stored => stored.Revision).Order());
            Assert.Equal(session.Events.Count, session.Revision);
        }
    }

    [Fact]
    public async Task A_cancelled_append_leaves_no_transaction_open()
    {
        await using var store = Database.Open("?pool_size=1");
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var other = await Database.LockAsync("SELECT * FROM app_states WHERE app_name = 'app'");

        // It has the session's row by then, and waits for the app's.
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.AppendAsync(_key, Offer.Event("cancelled", delta: """{"app:a":1}"""), null, cancel.Token));
        await other.DisposeAsync();

        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event("next"), 0, Cancellation));
        Assert.Equal(["next"], (await store.GetAsync(_key, EventWindow.All, Cancellation))!.Events.Select(stored => stored.Id));
    }

    [Fact]
    public async Task A_row_that_another_program_keeps_locked_ends_in_a_timeout()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        await using var other = await Database.LockAsync("SELECT * FROM sessions WHERE app_name = 'app'");

        var error = await Assert.ThrowsAsync<StorageException>(() => store.AppendAsync(_key, Offer.Event(), null, Cancellation));

        Assert.Equal(StorageFailure.Timeout, error.Failure);
        // Reads do not wait for writers.
        Assert.NotNull(await store.GetAsync(_key, EventWindow.All, Cancellation));
    }

    [Fact]
    public async Task A_write_larger_than_the_server_takes_names_the_setting_and_is_not_retried()
    {
        await using var store = Database.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var packet = Convert.ToInt32(await Database.ScalarAsync("SELECT @@max_allowed_packet"), null);

        var error = await Assert.ThrowsAsync<StorageException>(() => store.AppendAsync(
            _key, Offer.Event(json: $$"""{"output":"{{new string('x', packet)}}"}"""), null, Cancellation));

        Assert.Equal(StorageFailure.InvalidData, error.Failure);
        Assert.Contains("max_allowed_packet", error.Fix, StringComparison.Ordinal);
        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event(json: $$"""{"output":"{{new string('x', packet / 2)}}"}"""), null, Cancellation));
    }

    [Fact]
    public async Task Wrong_passwords_unknown_databases_and_closed_ports_are_told_apart()
    {
        var place = $"{Database.Settings.Server}:{Database.Settings.Port}";

        Assert.Equal(StorageFailure.Denied, await FailureOfAsync($"mysql://runtime:secret-text@{place}/sessions"));
        Assert.Equal(StorageFailure.Denied, await FailureOfAsync(Database.Address + "_absent"));
        Assert.Equal(StorageFailure.Unavailable, await FailureOfAsync($"mysql://runtime:secret-text@127.0.0.1:{ClosedPort()}/sessions"));
    }

    [Fact]
    public async Task A_pool_that_is_used_up_names_the_parameter_that_raises_it()
    {
        await using var store = Database.Open("?pool_size=1&connect_timeout=1");
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var other = await Database.LockAsync("SELECT * FROM sessions WHERE app_name = 'app'");
        var waiting = store.AppendAsync(_key, Offer.Event(), null, Cancellation);

        var error = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(_key, EventWindow.All, Cancellation));
        await other.DisposeAsync();

        Assert.Equal(StorageFailure.Unavailable, error.Failure);
        Assert.Contains("pool_size", error.Fix, StringComparison.Ordinal);
        Assert.IsType<Appended>(await waiting);
    }

    [Fact]
    public async Task A_user_who_may_only_read_gets_reads()
    {
        await using (var owner = Database.Open())
        {
            await owner.CreateAsync(_key, ScopedState.Empty, Cancellation);
        }

        await using var store = StorageDialects.BuiltIn.Open(await Database.AddressForAsync("SELECT"), new());

        Assert.NotNull(await store.GetAsync(_key, EventWindow.All, Cancellation));
        Assert.Equal(StorageFailure.Denied, (await Assert.ThrowsAsync<StorageException>(() => store.AppendAsync(_key, Offer.Event(), null, Cancellation))).Failure);
    }

    private static async Task<StorageFailure> FailureOfAsync(string address)
    {
        await using var store = StorageDialects.BuiltIn.Open(address, new());
        var error = await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation));
        Assert.DoesNotContain("secret-text", error.Message, StringComparison.Ordinal);
        return error.Failure;
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Cuts every connection to the database but the one that cuts.</summary>
    private async Task CutAsync()
    {
        var ids = await Database.ColumnAsync("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()");
        foreach (var id in ids)
        {
            try
            {
                await Database.ExecuteAsync($"KILL {id}");
            }
            catch (MySqlException)
            {
                // It ended by itself in between.
            }
        }
    }
}
