using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Lets appends that come at the same time share a transaction: one round trip and one flush of the log serve several.</summary>
/// <remarks>
/// <para>
/// Nothing waits for company. An append goes out at once while no transaction is under way; what comes meanwhile goes out together as soon as
/// it ends, or beside it once there are enough to be worth a transaction of their own.
/// </para>
/// <para>
/// Only appends that change neither app nor user state may share, and they run in the order of their keys: each transaction locks session
/// rows in one order, and nothing behind them, so that no two wait for each other in a circle. When the server refuses one of them, or its
/// row is held by somebody else for long, all of them are undone, and each is run again by itself: none suffers from another.
/// </para>
/// </remarks>
internal sealed class PostgresAppendQueue(NpgsqlDataSource source)
{
    // More of them share less, and one alone would leave the server idle while answers travel.
    private const int Lanes = 4;

    // As few as that may wait for the transaction that is under way, instead of having one beside it.
    private const int WorthALane = 8;

    // So that the last of them does not wait for ever longer, and a refusal does not undo ever more.
    private const int MostTogether = 32;

    // A transaction that takes longer goes on, and no longer counts: another program may hold a session's row for as long as it likes.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(100);

    private const string WaitForRowsBriefly = "SELECT set_config('lock_timeout', '100ms', true)";

    private readonly Lock _lock = new();
    private readonly Queue<Append> _waiting = new();
    private int _underWay;

    /// <summary>Runs a statement that returns one number or no row; returns after the commit.</summary>
    /// <param name="key">The session whose row the statement locks.</param>
    /// <param name="command">Makes the statement; called again when it has to be repeated.</param>
    public Task<long?> RunAsync(SessionKey key, Func<NpgsqlBatchCommand> command, CancellationToken cancellationToken)
    {
        var append = new Append(key, command, cancellationToken);
        List<Append> due;
        lock (_lock)
        {
            _waiting.Enqueue(append);
            due = TakeDue();
        }

        if (due.Count > 0)
        {
            _ = RunLaneAsync(due);
        }

        return append.Done.Task;
    }

    private async Task RunLaneAsync(List<Append> due)
    {
        while (due.Count > 0)
        {
            await Task.WhenAny(RunAsync(due), Task.Delay(_patience));
            lock (_lock)
            {
                _underWay--;
                due = TakeDue();
            }
        }
    }

    /// <summary>Opens a lane for what waits, where that is due; nothing otherwise. The caller holds the lock.</summary>
    private List<Append> TakeDue()
    {
        var due = new List<Append>();
        if (_underWay > 0 && (_underWay == Lanes || _waiting.Count < WorthALane))
        {
            return due;
        }

        while (due.Count < MostTogether && _waiting.TryDequeue(out var next))
        {
            if (next.Cancellation.IsCancellationRequested)
            {
                next.Done.TrySetCanceled(next.Cancellation);
            }
            else
            {
                due.Add(next);
            }
        }

        _underWay += due.Count > 0 ? 1 : 0;
        return due;
    }

    private async Task RunAsync(List<Append> together)
    {
        if (together.Count > 1)
        {
            together.Sort(static (one, other) => Compare(one.Key, other.Key));
            try
            {
                await ExecuteAsync(together, CancellationToken.None);
                return;
            }
            catch (PostgresException)
            {
                // By itself, below, each of them gets the answer that is its own.
            }
            catch (Exception error)
            {
                together.ForEach(one => one.Done.TrySetException(error));
                return;
            }
        }

        await Task.WhenAll(together.Select(RunAloneAsync));
    }

    private async Task RunAloneAsync(Append one)
    {
        try
        {
            await ExecuteAsync([one], one.Cancellation);
        }
        catch (Exception error)
        {
            one.Done.TrySetException(error);
        }
    }

    private async Task ExecuteAsync(List<Append> together, CancellationToken cancellationToken)
    {
        var answers = new long?[together.Count];
        await using (var batch = source.CreateBatch())
        {
            if (together.Count > 1)
            {
                batch.BatchCommands.Add(new(WaitForRowsBriefly));
            }

            together.ForEach(one => batch.BatchCommands.Add(one.Command()));
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            if (together.Count > 1)
            {
                await reader.NextResultAsync(cancellationToken);
            }

            for (var at = 0; at < answers.Length; at++)
            {
                answers[at] = await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : null;
                await reader.NextResultAsync(cancellationToken);
            }
        }

        for (var at = 0; at < answers.Length; at++)
        {
            together[at].Done.TrySetResult(answers[at]);
        }
    }

    private static int Compare(SessionKey one, SessionKey other) =>
        string.CompareOrdinal(one.App, other.App) is var app and not 0 ? app
        : string.CompareOrdinal(one.User, other.User) is var user and not 0 ? user
        : string.CompareOrdinal(one.Id, other.Id);

    private sealed record Append(SessionKey Key, Func<NpgsqlBatchCommand> Command, CancellationToken Cancellation)
    {
        // Elsewhere, so that one caller's next step does not hold up the answers to the others.
        public TaskCompletionSource<long?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
