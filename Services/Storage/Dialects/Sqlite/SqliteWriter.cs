using System.Diagnostics;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The one writer of this process: what waits is done together, in one transaction with one wait for the disk.</summary>
/// <remarks>
/// A thread of its own, because a commit blocks for as long as the disk takes. SQLite lets one writer in at a time whatever is done here, so
/// many small transactions would only queue, each for a whole wait.
/// </remarks>
/// <param name="open">Opens the connection.</param>
/// <param name="inMemory">The database is the connection: it is never opened anew.</param>
internal sealed class SqliteWriter(Func<SqliteLink> open, bool inMemory) : IAsyncDisposable
{
    private const int MostJobs = 512;

    // What came first does not wait for ever longer while more keeps coming.
    private static readonly TimeSpan LongestGroup = TimeSpan.FromMilliseconds(10);

    private readonly Queue<SqliteJob> _queue = new();
    private readonly List<SqliteJob> _group = new(MostJobs);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteLink? _link;
    private bool _started;
    private bool _closing;

    /// <summary>Does the work in a transaction with whatever else waits, and returns after the commit.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up before the work began.</exception>
    public Task<T> RunAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var job = new SqliteJob<T>(work);
        lock (_queue)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _queue.Enqueue(job);
            if (!_started)
            {
                _started = true;
                // Unsafe: the thread is everybody's, and must not run in the context of the call that happens to come first.
                new Thread(Loop) { IsBackground = true, Name = "sqlite writer" }.UnsafeStart();
            }

            Monitor.Pulse(_queue);
        }

        return job.WaitAsync(cancellationToken);
    }

    /// <summary>Ends after what waits is done.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_queue)
        {
            _closing = true;
            if (!_started)
            {
                return;
            }

            Monitor.Pulse(_queue);
        }

        await _ended.Task;
    }

    private void Loop()
    {
        while (WaitForJob())
        {
            try
            {
                RunGroup();
            }
            catch (Exception error)
            {
                // Nothing is committed. Where no job came to run, all that wait meet the same fault, and are told now: it may have taken seconds.
                if (_group.Count == 0)
                {
                    TakeAll();
                }

                _group.ForEach(job => job.Refuse(error));
                DropLink();
            }

            _group.ForEach(job => job.Answer());
            _group.Clear();
        }

        _link?.Dispose();
        _ended.SetResult();
    }

    private void RunGroup()
    {
        if (_link?.HasMoved() == true)
        {
            DropLink();
        }

        var link = _link ??= open();
        // The write lock comes first, so that what a job reads cannot change before the commit.
        link.Execute("BEGIN IMMEDIATE");
        link.Layout ??= SqliteSchema.Ensure(link);
        var began = Stopwatch.GetTimestamp();
        while (_group.Count < MostJobs && Stopwatch.GetElapsedTime(began) < LongestGroup && Next() is { } job)
        {
            _group.Add(job);
            Run(job, link);
        }

        link.Execute("COMMIT");
        if (link.HasMoved())
        {
            throw new SqliteFileChangedException();
        }
    }

    private static void Run(SqliteJob job, SqliteLink link)
    {
        link.Execute("SAVEPOINT job");
        try
        {
            job.Run(link);
        }
        catch (Exception error) when (SqliteErrors.IsOfStatement(error) && link.InTransaction)
        {
            link.Execute("ROLLBACK TO job");
            job.Refuse(error);
        }

        link.Execute("RELEASE job");
    }

    /// <summary>A fresh connection looks at the file anew, whatever state this one is in.</summary>
    private void DropLink()
    {
        if (!inMemory)
        {
            _link?.Dispose();
            _link = null;
        }
        else if (_link is not null)
        {
            _link.Layout = null;
            if (_link.InTransaction)
            {
                _link.Execute("ROLLBACK");
            }
        }
    }

    private bool WaitForJob()
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_closing)
            {
                Monitor.Wait(_queue);
            }

            return _queue.Count > 0;
        }
    }

    private void TakeAll()
    {
        while (Next() is { } job)
        {
            _group.Add(job);
        }
    }

    private SqliteJob? Next()
    {
        lock (_queue)
        {
            while (_queue.TryDequeue(out var job))
            {
                if (job.TryTake())
                {
                    return job;
                }
            }

            return null;
        }
    }
}
