using Runtime.Benchmarks.Load;

namespace Runtime.Benchmarks.Sessions;

/// <summary>A subject that is driven from here, one operation at a time.</summary>
internal abstract class OperationSubject(string name) : ISubject
{
    private const int Preparers = 16;
    private int _created;

    public string Name { get; } = name;

    public virtual int? ProcessId => null;

    public virtual bool Does(Operation operation) => true;

    public async Task PrepareAsync(SessionPool pool, CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, pool.Count, Options(), async (number, token) => await CreateAsync(SessionCase.App, pool.Id(number), token));
        if (pool.Events > 0)
        {
            // One writer a session: the events of one session queue up behind each other anyway.
            await Parallel.ForAsync(0, Math.Min(pool.Count, Preparers), Options(), async (writer, token) =>
            {
                for (var number = writer; number < pool.Count; number += Preparers)
                {
                    for (var made = 0; made < pool.Events; made++)
                    {
                        await FillAsync(writer, pool.Id(number), token);
                    }
                }
            });
        }

        ParallelOptions Options() => new() { MaxDegreeOfParallelism = Preparers, CancellationToken = cancellationToken };
    }

    public Task<Measurement> MeasureAsync(SessionCase asked, TimeSpan duration, CancellationToken cancellationToken) => asked.Operation switch
    {
        Operation.Create => ClosedLoop.RunAsync(
            asked.Callers, duration,
            (_, _) => CreateAsync(SessionCase.App, $"created-{Interlocked.Increment(ref _created)}", cancellationToken), cancellationToken),
        Operation.Append => ClosedLoop.RunAsync(
            asked.Callers, duration,
            (caller, turn) => asked.Pool!.Session(caller, asked.Callers, turn) is var session && asked.Streamed
                ? WriteAsync(caller, session, cancellationToken)
                : AppendAsync(caller, session, cancellationToken),
            cancellationToken),
        Operation.Get => ClosedLoop.RunAsync(
            asked.Callers, duration,
            async (caller, turn) => Require(
                asked.Recent ?? asked.Pool!.Events,
                await GetAsync(caller, asked.Pool!.Session(caller, asked.Callers, turn), asked.Recent, cancellationToken)),
            cancellationToken),
        _ => ClosedLoop.RunAsync(
            asked.Callers, duration,
            async (caller, _) => Require(SessionCases.PageSize, await ListAsync(caller, asked.ListedApp, cancellationToken)),
            cancellationToken),
    };

    public abstract ValueTask DisposeAsync();

    protected abstract Task CreateAsync(string app, string session, CancellationToken cancellationToken);

    protected abstract Task AppendAsync(int caller, string session, CancellationToken cancellationToken);

    /// <summary>Appends over the subject's one stream; a library has none, and appends.</summary>
    protected virtual Task WriteAsync(int caller, string session, CancellationToken cancellationToken) => AppendAsync(caller, session, cancellationToken);

    /// <summary>Appends one of the events that a session has before it is measured.</summary>
    protected virtual Task FillAsync(int caller, string session, CancellationToken cancellationToken) => AppendAsync(caller, session, cancellationToken);

    /// <summary>Reads a session and returns how many events came.</summary>
    protected abstract Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken);

    /// <summary>Reads the first page of the sessions of an app, oldest change first, and returns how many came.</summary>
    protected abstract Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken);

    // Whoever reads nothing is fast.
    private void Require(int expected, int came)
    {
        if (came != expected)
        {
            throw new InvalidOperationException($"{Name} answered with {came} items instead of {expected}.");
        }
    }
}
