using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Lets appends that come at the same time share a transaction: one round trip and one flush of the log serve several.</summary>
/// <remarks>
/// <para>
/// Nothing waits for company that has not arrived. An append goes out at once while no transaction is under way, with those whose calls this
/// process has received by then; what comes meanwhile goes out together as soon as it ends, or beside it once there are enough to be worth a
/// transaction of their own. Appends of different sessions are one statement, which costs the server a quarter less than one for each.
/// </para>
/// <para>
/// Only appends that change neither app nor user state may share, and they run in the order of their keys: each transaction locks session
/// rows in one order, and nothing behind them, so that no two wait for each other in a circle. When the server refuses one of them, or its
/// row is held by somebody else for long, all of them are undone, and each is run again by itself: none suffers from another.
/// </para>
/// </remarks>
internal sealed class PostgresAppendQueue(NpgsqlDataSource source, PostgresSql sql)
{
    // More of them share less, and one alone would leave the server idle while answers travel.
    private const int Lanes = 4;

    // As few as that may wait for the transaction that is under way, instead of having one beside it.
    private const int WorthALane = 8;

    // So that the last of them does not wait for ever longer, and a refusal does not undo ever more.
    private const int MostTogether = 32;

    // A transaction that takes longer goes on, and no longer counts: another program may hold a session's row for as long as it likes.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _underWay;
    private bool _isStarting;

    /// <summary>Gets whether a lane is to be opened for what waits. Under the lock.</summary>
    private bool IsDue => _waiting.Count > 0 && (_underWay == 0 || (_underWay < Lanes && _waiting.Count >= WorthALane));

    /// <summary>Appends, and returns the session's new revision after the commit; <see langword="null"/> when there is no session at the expected revision.</summary>
    public Task<long?> RunAsync(PostgresAppend append, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(append, cancellationToken);
        bool starts;
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            starts = IsDue && !_isStarting;
            _isStarting |= starts;
        }

        if (starts)
        {
            _ = RunLaneAsync();
        }

        return waiting.Done.Task;
    }

    private async Task RunLaneAsync()
    {
        // Behind the calls that have been received already, whose appends then come along.
        await Task.Yield();
        List<Waiting> due;
        lock (_lock)
        {
            _isStarting = false;
            due = TakeDue();
        }

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

    /// <summary>Takes what a lane is due for; nothing otherwise. Under the lock.</summary>
    private List<Waiting> TakeDue()
    {
        var due = new List<Waiting>();
        if (!IsDue)
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

    private async Task RunAsync(List<Waiting> together)
    {
        if (together.Count > 1)
        {
            try
            {
                await ExecuteAsync(together);
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

    private async Task RunAloneAsync(Waiting one)
    {
        try
        {
            long? revision;
            await using (var batch = source.CreateBatch())
            {
                batch.BatchCommands.Add(one.Append.Statement(sql));
                revision = await batch.ExecuteScalarAsync(one.Cancellation) as long?;
            }

            one.Done.TrySetResult(revision);
        }
        catch (Exception error)
        {
            one.Done.TrySetException(error);
        }
    }

    private async Task ExecuteAsync(List<Waiting> together)
    {
        var rounds = Rounds(together);
        await using (var batch = source.CreateBatch())
        {
            batch.BatchCommands.Add(new(PostgresSql.PrepareToAppendTogether));
            foreach (var round in rounds)
            {
                batch.BatchCommands.Add(round is [var one] ? one.Append.Statement(sql) : PostgresAppend.Statement(sql, [.. round.Select(one => one.Append)]));
            }

            await using var reader = await batch.ExecuteReaderAsync();
            foreach (var round in rounds)
            {
                await reader.NextResultAsync();
                while (await reader.ReadAsync())
                {
                    var one = round is [var alone] ? alone : round[(int)reader.GetInt64(0) - 1];
                    one.Revision = reader.GetInt64(round.Count == 1 ? 0 : 1);
                }
            }
        }

        together.ForEach(one => one.Done.TrySetResult(one.Revision));
    }

    /// <summary>
    /// Puts appends into statements, each in the order of keys: the first of every session, which lock all the rows, then the second of those
    /// that have one, and so on.
    /// </summary>
    private static List<List<Waiting>> Rounds(List<Waiting> together)
    {
        // Stable, so that the appends of one session stay in the order in which they came.
        List<Waiting> ordered = [.. together.OrderBy(one => one.Append.Key, Comparer<SessionKey>.Create(Compare))];
        if (!PostgresAppend.FitTogether([.. ordered.Select(one => one.Append)]))
        {
            return [.. ordered.Select(one => new List<Waiting> { one })];
        }

        var rounds = new List<List<Waiting>>();
        var turn = 0;
        for (var at = 0; at < ordered.Count; at++)
        {
            turn = at > 0 && ordered[at].Append.Key == ordered[at - 1].Append.Key ? turn + 1 : 0;
            if (turn == rounds.Count)
            {
                rounds.Add([]);
            }

            rounds[turn].Add(ordered[at]);
        }

        return rounds;
    }

    private static int Compare(SessionKey one, SessionKey other) =>
        string.CompareOrdinal(one.App, other.App) is var app and not 0 ? app
        : string.CompareOrdinal(one.User, other.User) is var user and not 0 ? user
        : string.CompareOrdinal(one.Id, other.Id);

    private sealed class Waiting(PostgresAppend append, CancellationToken cancellation)
    {
        public PostgresAppend Append { get; } = append;

        public CancellationToken Cancellation { get; } = cancellation;

        /// <summary>Gets or sets the answer, until the transaction is committed.</summary>
        public long? Revision { get; set; }

        // Elsewhere, so that one caller's next step does not hold up the answers to the others.
        public TaskCompletionSource<long?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
