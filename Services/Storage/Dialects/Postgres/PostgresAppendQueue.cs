using System.Collections.Concurrent;
using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Lets appends that come at the same time share a transaction: one round trip and one flush of the log serve several.</summary>
/// <remarks>
/// <para>
/// Nothing waits for company. An append goes out at once while fewer than <see cref="Lanes"/> transactions are under way; what comes
/// meanwhile goes out together as soon as one of them ends.
/// </para>
/// <para>
/// Only appends that change neither app nor user state may share, and they run in the order of their keys: each transaction locks session
/// rows in one order, and nothing behind them, so that no two wait for each other in a circle. When the server refuses one of them, or its
/// row is held by somebody else for long, all of them are undone, and each is run again by itself: none suffers from another.
/// </para>
/// </remarks>
internal sealed class PostgresAppendQueue(NpgsqlDataSource source)
{
    // More of them share less. One alone would leave the server idle while answers travel.
    private const int Lanes = 2;

    // So that the last of them does not wait for ever longer, and a refusal does not undo ever more.
    private const int MostTogether = 32;

    // A transaction that takes longer goes on, and no longer counts: another program may hold a session's row for as long as it likes.
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(100);

    private const string WaitForRowsBriefly = "SELECT set_config('lock_timeout', '100ms', true)";

    private readonly ConcurrentQueue<Append> _waiting = new();
    private int _underWay;

    /// <summary>Runs a statement that returns one number or no row; returns after the commit.</summary>
    /// <param name="key">The session whose row the statement locks.</param>
    /// <param name="command">Makes the statement; called again when it has to be repeated.</param>
    public Task<long?> RunAsync(SessionKey key, Func<NpgsqlBatchCommand> command, CancellationToken cancellationToken)
    {
        var append = new Append(key, command, cancellationToken);
        _waiting.Enqueue(append);
        if (TryEnter())
        {
            _ = RunWaitingAsync();
        }

        return append.Done.Task;
    }

    private bool TryEnter()
    {
        if (Interlocked.Increment(ref _underWay) <= Lanes)
        {
            return true;
        }

        Interlocked.Decrement(ref _underWay);
        return false;
    }

    private async Task RunWaitingAsync()
    {
        do
        {
            while (Take() is { Count: > 0 } together)
            {
                var run = RunAsync(together);
                if (await Task.WhenAny(run, Task.Delay(_patience)) != run)
                {
                    break;
                }
            }

            Interlocked.Decrement(ref _underWay);
        }
        while (!_waiting.IsEmpty && TryEnter());   // one may have come, and found all lanes taken, just before this one ended
    }

    private List<Append> Take()
    {
        var together = new List<Append>();
        while (together.Count < MostTogether && _waiting.TryDequeue(out var next))
        {
            if (next.Cancellation.IsCancellationRequested)
            {
                next.Done.TrySetCanceled(next.Cancellation);
            }
            else
            {
                together.Add(next);
            }
        }

        return together;
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
