using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Sends appends that wait at the same time to the server together: one message, one transaction, one wait for the disk.</summary>
/// <remarks>
/// No append waits in order to be joined by others. A few messages are under way at a time; an append that finds one of these places free goes
/// at once and alone, and those that find none go together as soon as one is. Only appends that lock nothing but their session's row
/// come here, and they go in the order of the keys, so that two messages cannot wait for each other in a circle. One that the server refuses
/// undoes the others of its message; then each is sent alone.
/// </remarks>
internal sealed class PostgresAppendQueue(NpgsqlDataSource source)
{
    private const int MostMessages = 4;
    private const int MostTogether = 32;

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _messages;

    /// <summary>Runs a statement that returns one number or no row; returns after the commit.</summary>
    /// <param name="statement">Makes the statement; asked again when it is sent again.</param>
    /// <param name="key">The session, whose row is the only one that the statement locks.</param>
    public Task<long?> RunAsync(Func<NpgsqlBatchCommand> statement, SessionKey key, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(statement, key, cancellationToken);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (_messages == MostMessages)
            {
                return waiting.Answer.Task.WaitAsync(cancellationToken);
            }

            _messages++;
        }

        _ = SendWhatWaitsAsync();
        return waiting.Answer.Task.WaitAsync(cancellationToken);
    }

    private async Task SendWhatWaitsAsync()
    {
        while (Take() is { Count: > 0 } together)
        {
            try
            {
                await SendAsync(together);
            }
            catch (PostgresException) when (together.Count > 1)
            {
                foreach (var alone in together)
                {
                    await SendAloneAsync(alone);
                }
            }
            catch (Exception error)
            {
                together.ForEach(waiting => waiting.Answer.TrySetException(error));
            }
        }
    }

    private async Task SendAloneAsync(Waiting alone)
    {
        try
        {
            await SendAsync([alone]);
        }
        catch (Exception error)
        {
            alone.Answer.TrySetException(error);
        }
    }

    /// <summary>Takes what waits, but for what nobody waits for any more. Nothing means that this place is free again.</summary>
    private List<Waiting> Take()
    {
        var together = new List<Waiting>();
        lock (_lock)
        {
            while (together.Count < MostTogether && _waiting.TryDequeue(out var next))
            {
                if (!next.Cancellation.IsCancellationRequested)
                {
                    together.Add(next);
                }
            }

            if (together.Count == 0)
            {
                _messages--;
            }
        }

        // Stable, so that appends to one session keep the order they came in.
        return together.Count < 2 ? together : [.. together.OrderBy(waiting => waiting.Key, SessionKeyOrder.Instance)];
    }

    private async Task SendAsync(List<Waiting> together)
    {
        await using var batch = source.CreateBatch();
        foreach (var waiting in together)
        {
            batch.BatchCommands.Add(waiting.Statement());
        }

        // Without the callers' cancellation: one caller who leaves must not undo what the others sent.
        var answers = new long?[together.Count];
        await using (var reader = await batch.ExecuteReaderAsync(CancellationToken.None))
        {
            for (var index = 0; index < answers.Length; index++)
            {
                answers[index] = await reader.ReadAsync(CancellationToken.None) ? reader.GetInt64(0) : null;
                // Behind the last result comes the commit, and an error if there was none.
                await reader.NextResultAsync(CancellationToken.None);
            }
        }

        for (var index = 0; index < answers.Length; index++)
        {
            together[index].Answer.TrySetResult(answers[index]);
        }
    }

    private sealed class Waiting(Func<NpgsqlBatchCommand> statement, SessionKey key, CancellationToken cancellation)
    {
        public Func<NpgsqlBatchCommand> Statement => statement;

        public SessionKey Key => key;

        public CancellationToken Cancellation => cancellation;

        // The callers go on elsewhere than here, where the next message is to be sent.
        public TaskCompletionSource<long?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class SessionKeyOrder : IComparer<SessionKey>
    {
        public static readonly SessionKeyOrder Instance = new();

        public int Compare(SessionKey x, SessionKey y) => string.CompareOrdinal(x.App, y.App) is not 0 and var app ? app
            : string.CompareOrdinal(x.User, y.User) is not 0 and var user ? user
            : string.CompareOrdinal(x.Id, y.Id);
    }
}
