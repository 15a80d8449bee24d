using Npgsql;
using Runtime.Storage.Dialects.Postgres;

namespace Runtime.Storage.ContractTests;

/// <summary>Short messages between the processes of one database.</summary>
public sealed class PostgresSignalTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_process_that_listens_hears_which_sessions_changed()
    {
        await using var here = await ReplicaAsync();
        await using var there = await ReplicaAsync();
        var app = DialectFixture.NewKey().App;
        // More than one payload holds, with names that JSON escapes.
        var sent = Enumerable.Range(0, 200).Select(number => new SessionSignal(new(app, "u\"\\ä😀", $"{number}-{new string('x', 100)}"), number - 1)).ToList();
        var listeners = new[] { here, there }.Select(store => HearAsync(store, app, 200)).ToList();

        while (!listeners.All(listener => listener.IsCompleted))
        {
            await here.SignalAsync(sent, Cancellation);
            await Task.WhenAny(Task.WhenAll(listeners), Task.Delay(50, Cancellation));
        }

        Assert.All(await Task.WhenAll(listeners), heard => Assert.Equal(sent.ToHashSet(), heard.ToHashSet()));
    }

    [Fact]
    public async Task Listening_ends_with_an_error_when_the_connection_breaks_and_can_be_begun_again()
    {
        await using var store = await ReplicaAsync(";Application Name=cut-listener");
        var signal = new SessionSignal(DialectFixture.NewKey(), 7);
        await using var listening = store.ListenAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        var next = listening.MoveNextAsync().AsTask();
        await using var source = await SourceAsync();
        while (!next.IsCompleted)
        {
            await using var cut = source.CreateCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cut-listener' AND query LIKE 'LISTEN%'");
            await cut.ExecuteScalarAsync(Cancellation);
            await Task.WhenAny(next, Task.Delay(50, Cancellation));
        }

        Assert.Equal(StorageFailure.Unavailable, (await Assert.ThrowsAsync<StorageException>(() => next)).Failure);

        var again = HearAsync(store, signal.Key.App, 1);
        while (!again.IsCompleted)
        {
            await store.SignalAsync([signal], Cancellation);
            await Task.WhenAny(again, Task.Delay(50, Cancellation));
        }

        Assert.Equal(signal, (await again)[0]);
    }

    [Fact]
    public async Task Listening_ends_when_it_is_cancelled()
    {
        await using var store = await ReplicaAsync();
        using var stop = new CancellationTokenSource();
        await using var listening = store.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = listening.MoveNextAsync().AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public void What_others_write_to_the_channel_says_nothing()
    {
        Assert.All(["", "{}", "[1]", "[[]]", """[["a","u"]]""", """[["a","u",1,2]]""", """[["a","u","s","x"]]""", """[["a","u","s",1]"""], payload =>
            Assert.Empty(PostgresSessionStore.Unpack(payload)));
        Assert.Equal([new SessionSignal(new("a", "u", "s"), -1)], PostgresSessionStore.Unpack("""[["a","u","s",-1]]"""));
    }

    [Fact]
    public void No_payload_is_longer_than_the_server_takes()
    {
        var longest = new SessionKey(new('€', SessionKey.MaxLength), new('"', SessionKey.MaxLength), new('€', SessionKey.MaxLength));

        var payloads = PostgresSessionStore.Pack(Enumerable.Range(0, 50).Select(number => new SessionSignal(longest, number)));

        Assert.All(payloads, payload => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(payload), 1, 7999));
        Assert.Equal(50, payloads.SelectMany(PostgresSessionStore.Unpack).Select(signal => signal.Revision).Distinct().Count());
        Assert.Empty(PostgresSessionStore.Pack([]));
    }

    private static async Task<List<SessionSignal>> HearAsync(PostgresSessionStore store, string app, int count)
    {
        var heard = new List<SessionSignal>();
        await foreach (var signal in store.ListenAsync(Cancellation))
        {
            // The channel is that of the whole database.
            if (signal.Key.App == app && !heard.Contains(signal))
            {
                heard.Add(signal);
            }

            if (heard.Count == count)
            {
                break;
            }
        }

        return heard;
    }

    private async Task<PostgresSessionStore> ReplicaAsync(string more = "") =>
        (PostgresSessionStore)StorageDialects.BuiltIn.Open(await KeywordsAsync() + more, new());

    private async Task<NpgsqlDataSource> SourceAsync() => NpgsqlDataSource.Create(await KeywordsAsync());

    private async Task<string> KeywordsAsync()
    {
        await postgres.OpenOrSkipAsync();
        var address = await Testing.BackingProduct.Postgres.AddressOrSkipAsync(Cancellation);
        _ = StorageDialects.BuiltIn.Find(address, out var url);
        return url.Keywords ?? PostgresDialect.FromUrl(url).ConnectionString;
    }
}
