namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Work that waits for the writer, and its answer, which waits for the commit.</summary>
internal abstract class SqliteJob
{
    private int _taken;

    /// <summary>Takes the job for good. False when its caller has given up, or another has taken it.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>Does the work; its result is kept until <see cref="Answer"/>.</summary>
    public abstract void Run(SqliteLink link);

    /// <summary>Keeps what went wrong as the answer.</summary>
    public abstract void Refuse(Exception error);

    /// <summary>Gives the caller the answer. Called once, after the commit, because even a refusal may rest on what others wrote in it.</summary>
    public abstract void Answer();
}

/// <inheritdoc cref="SqliteJob"/>
internal sealed class SqliteJob<T>(Func<SqliteLink, T> work) : SqliteJob
{
    // Not on the writer's thread: what a caller does next must not hold up the next commit.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _error;
    private T? _result;

    public override void Run(SqliteLink link) => _result = work(link);

    public override void Refuse(Exception error) => _error = error;

    public override void Answer()
    {
        if (_error is null)
        {
            _answer.SetResult(_result!);
        }
        else
        {
            _answer.SetException(_error);
        }
    }

    /// <summary>Waits for the answer, or until the caller gives up before the work began.</summary>
    public async Task<T> WaitAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            (job, token) =>
            {
                if (((SqliteJob<T>)job!).TryTake())
                {
                    ((SqliteJob<T>)job)._answer.SetCanceled(token);
                }
            },
            this);
        return await _answer.Task;
    }
}
