using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Runtime.Storage.Dialects.Sqlite;
using Runtime.Storage.State;
using Runtime.Testing;

namespace Runtime.Storage.ContractTests;

/// <summary>What goes wrong under a SQLite file has a name, costs no acknowledged write, and mends by itself.</summary>
public sealed class SqliteFaultTests : IDisposable
{
    private static readonly SessionKey _key = new("app", "user", "session");

    private readonly SqliteFile _file = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_full_disk_is_said_and_what_was_acknowledged_stays()
    {
        var pages = 60;
        await using var store = OpenWith(SqliteOpenMode.ReadWriteCreate, link => link.ExecuteScript($"PRAGMA max_page_count = {pages}"));
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var big = new string('x', 10_000);
        var acknowledged = new List<string>();

        StorageException? full = null;
        for (var number = 0; full is null; number++)
        {
            try
            {
                await store.AppendAsync(_key, Offer.Event($"{number}", json: $$"""{"output":"{{big}}"}"""), null, Cancellation);
                acknowledged.Add($"{number}");
            }
            catch (StorageException error)
            {
                full = error;
            }
        }

        Assert.Equal(StorageFailure.Full, full.Failure);
        Assert.Equal(acknowledged, (await store.GetAsync(_key, EventWindow.All, Cancellation))!.Events.Select(stored => stored.Id));
        // A connection after a fault is a new one, which finds the space that there is then.
        pages = 1000;
        Assert.IsType<Appended>(await store.AppendAsync(_key, Offer.Event("later", json: $$"""{"output":"{{big}}"}"""), acknowledged.Count, Cancellation));
    }

    [Fact]
    public async Task A_file_that_may_only_be_read_is_said_and_can_be_read()
    {
        await using (var store = _file.Open())
        {
            await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        }

        await using var readOnly = OpenWith(SqliteOpenMode.ReadOnly, _ => { });

        Assert.NotNull(await readOnly.GetAsync(_key, EventWindow.All, Cancellation));
        var error = await Assert.ThrowsAsync<StorageException>(() => readOnly.AppendAsync(_key, Offer.Event(), null, Cancellation));
        Assert.Equal(StorageFailure.Full, error.Failure);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_said_and_a_good_one_in_its_place_is_taken()
    {
        await File.WriteAllTextAsync(_file.Path, new string('x', 5000), Cancellation);
        await using var store = _file.Open();

        Assert.Equal(StorageFailure.Denied, (await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation))).Failure);
        File.Delete(_file.Path);
        await store.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_said_and_used_once_it_is_there()
    {
        var folder = Path.Combine(Path.GetDirectoryName(_file.Path)!, "later");
        await using var store = StorageDialects.BuiltIn.Open($"sqlite:///{folder}/a.db", new());

        Assert.Equal(StorageFailure.Denied, (await Assert.ThrowsAsync<StorageException>(() => store.CheckAsync(Cancellation))).Failure);
        Directory.CreateDirectory(folder);
        await store.CheckAsync(Cancellation);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_deleted_or_replaced_while_open_is_not_written_to_any_more(bool replaced)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows deletes no open file. Fix: run the test elsewhere.");
        using var other = new SqliteFile();
        other.Execute(SqliteFile.SqlAlchemyTables);
        await using var store = _file.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        Assert.NotNull(await store.GetAsync(_key, EventWindow.All, Cancellation));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_file.Path)!))
        {
            File.Delete(file);
        }

        if (replaced)
        {
            File.Copy(other.Path, _file.Path);
        }

        Assert.IsType<SessionMissing>(await store.AppendAsync(_key, Offer.Event(), null, Cancellation));
        Assert.Null(await store.GetAsync(_key, EventWindow.All, Cancellation));
        Assert.IsType<SessionCreated>(await store.CreateAsync(_key, ScopedState.Empty, Cancellation));
        Assert.Equal([replaced ? "text" : "integer"], _file.Query("SELECT typeof(update_time) FROM sessions"));
    }

    [Fact]
    public async Task A_lock_of_another_process_is_said_and_waited_for()
    {
        await using var store = OpenWith(SqliteOpenMode.ReadWriteCreate, _ => { }, patience: TimeSpan.FromMilliseconds(50));
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        using (var other = _file.Connect())
        {
            Run(other, "BEGIN IMMEDIATE");

            var appends = Enumerable.Range(0, 3).Select(_ => store.AppendAsync(_key, Offer.Event(), null, Cancellation)).ToList();
            foreach (var append in appends)
            {
                Assert.Equal(StorageFailure.Contention, (await Assert.ThrowsAsync<StorageException>(() => append)).Failure);
            }

            // Readers are not kept waiting.
            Assert.NotNull(await store.GetAsync(_key, EventWindow.All, Cancellation));
        }

        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event(), 0, Cancellation));
    }

    [Fact]
    public async Task A_write_that_is_given_up_while_it_waits_is_not_done()
    {
        await using var store = OpenWith(SqliteOpenMode.ReadWriteCreate, _ => { }, patience: TestTimeouts.Call);
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        using var giveUp = new CancellationTokenSource();
        using var other = _file.Connect();
        Run(other, "BEGIN IMMEDIATE");

        var append = store.AppendAsync(_key, Offer.Event("given up"), null, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => append.WaitAsync(TestTimeouts.Call, Cancellation));
        Run(other, "ROLLBACK");

        Assert.Equal(new Appended(1), await store.AppendAsync(_key, Offer.Event("wanted"), 0, Cancellation));
        Assert.Equal(["wanted"], _file.Query("SELECT id FROM events"));
    }

    [Fact]
    public async Task A_refused_write_does_not_undo_those_it_shares_a_commit_with()
    {
        await using var store = StorageDialects.BuiltIn.Open(_file.Address, new() { Limits = new() { MaxStateBytes = 100 } });
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var tooLarge = $$"""{"k":"{{new string('x', 200)}}","app:k":1}""";
        // While another process holds the lock all of them gather, and are done in one group.
        List<Task<WriteOutcome>> appends;
        using (var other = _file.Connect())
        {
            Run(other, "BEGIN IMMEDIATE");
            appends = [.. Enumerable.Range(0, 20).Select(number => store.AppendAsync(_key, Offer.Event($"{number}", delta: number % 2 == 0 ? "" : tooLarge), null, Cancellation))];
        }

        for (var number = 0; number < appends.Count; number++)
        {
            if (number % 2 == 0)
            {
                Assert.Equal(new Appended((number / 2) + 1), await appends[number]);
            }
            else
            {
                Assert.Equal(StorageFailure.StateTooLarge, (await Assert.ThrowsAsync<StorageException>(() => appends[number])).Failure);
            }
        }

        Assert.Equal(10, (await store.GetAsync(_key, EventWindow.All, Cancellation))!.Revision);
    }

    [Fact]
    public async Task Work_that_waits_is_done_before_the_store_is_closed()
    {
        var store = _file.Open();
        await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        var appends = Enumerable.Range(0, 50).Select(_ => store.AppendAsync(_key, Offer.Event(), null, Cancellation)).ToList();

        await store.DisposeAsync();

        Assert.All(await Task.WhenAll(appends), outcome => Assert.IsType<Appended>(outcome));
        Assert.Equal([50L], _file.Query("SELECT count(*) FROM events"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.AppendAsync(_key, Offer.Event(), null, Cancellation));
    }

    [Fact]
    public async Task A_process_that_is_killed_under_load_loses_no_acknowledged_append()
    {
        var acknowledgements = Path.Combine(Path.GetDirectoryName(_file.Path)!, "acknowledged");
        await using (var store = _file.Open())
        {
            await store.CreateAsync(_key, ScopedState.Empty, Cancellation);
        }

        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, SqliteChild.Arguments)
        {
            Environment = { [SqliteChild.FileVariable] = _file.Address, [SqliteChild.AcknowledgedVariable] = acknowledgements },
            RedirectStandardOutput = true,
        })!;
        await Eventually.GetAsync(() => File.Exists(acknowledgements) && new FileInfo(acknowledgements).Length > 10_000 ? "enough" : null, "Load");
        child.Kill();
        await child.WaitForExitAsync(Cancellation);

        var acknowledged = (await File.ReadAllTextAsync(acknowledgements, Cancellation)).Split('\n')[..^1];
        await using var reopened = _file.Open();
        var session = (await reopened.GetAsync(_key, EventWindow.All, Cancellation))!;
        Assert.NotEmpty(acknowledged);
        Assert.Empty(acknowledged.Except(session.Events.Select(stored => stored.Id)));
        Assert.Equal(Enumerable.Range(1, session.Events.Count).Select(number => (long)number), session.Events.Select(stored => stored.Revision).Order());
        Assert.Equal(session.Events.Count, session.Revision);
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteSessionStore OpenWith(SqliteOpenMode mode, Action<SqliteLink> prepare, TimeSpan? patience = null)
    {
        return new(new SqliteDatabase(_file.Path, Open, Open), new());

        SqliteLink Open()
        {
            var link = SqliteLink.Open(new() { DataSource = _file.Path, Mode = mode, Pooling = false }, patience ?? TimeSpan.FromSeconds(5));
            prepare(link);
            return link;
        }
    }
}
