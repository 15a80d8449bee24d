using Runtime.Benchmarks.Load;

namespace Runtime.Benchmarks.Sessions;

/// <summary>What is measured: the service, a floor, or a peer.</summary>
internal interface ISubject : IAsyncDisposable
{
    /// <summary>Gets the name for tables.</summary>
    string Name { get; }

    /// <summary>Gets the process that is called; <see langword="null"/> for a library in this process.</summary>
    int? ProcessId { get; }

    /// <summary>Tells whether an operation is worth measuring on this subject.</summary>
    bool Does(Operation operation);

    /// <summary>Makes the sessions of a pool and their events.</summary>
    Task PrepareAsync(SessionPool pool, CancellationToken cancellationToken);

    /// <summary>Puts a case's load on the subject.</summary>
    Task<Measurement> MeasureAsync(SessionCase asked, TimeSpan duration, CancellationToken cancellationToken);
}
