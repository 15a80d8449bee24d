using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Tests;

/// <summary>A store that hands everything on, counts the reads that catching up makes, and fails where a test says so.</summary>
internal class StoreInFront(ISessionStore inner) : ISessionStore
{
    private int _reads;
    private int _sweeps;
    private int _swept;

    /// <summary>Gets how often events or a session were read.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Gets how often expired sessions were to be deleted.</summary>
    public int Sweeps => Volatile.Read(ref _sweeps);

    /// <summary>Gets how many were.</summary>
    public int Swept => Volatile.Read(ref _swept);

    /// <summary>Gets or sets what the next sweeps fail with.</summary>
    public Exception? SweepFailure { get; set; }

    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken) =>
        inner.CreateAsync(key, session, cancellationToken);

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.GetAsync(key, window, cancellationToken);
    }

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return inner.ListEventsAsync(key, query, cancellationToken);
    }

    public virtual Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public virtual Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => inner.DeleteAsync(key, cancellationToken);

    public virtual Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken) =>
        inner.AppendAsync(key, offered, expectedRevision, cancellationToken);

    public Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken) =>
        inner.AppendBatchAsync(key, offered, expectedRevision, cancellationToken);

    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken) =>
        inner.UpdateAsync(key, update, expectedRevision, cancellationToken);

    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken) =>
        inner.DeleteEventAsync(key, eventId, expectedRevision, cancellationToken);

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken) => inner.GetOwnStateAsync(key, cancellationToken);

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) =>
        inner.ListHeadsAsync(app, user, id, cancellationToken);

    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken) =>
        inner.FindUsersAsync(app, id, cancellationToken);

    public async Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _sweeps);
        var swept = SweepFailure is { } failure ? throw failure : await inner.SweepAsync(limit, cancellationToken);
        Interlocked.Add(ref _swept, swept.Count);
        return swept;
    }

    public Task<SessionTables> InspectAsync(CancellationToken cancellationToken) => inner.InspectAsync(cancellationToken);

    public virtual Task CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    // Several services of a test are in front of one store.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Carries the signals of the stores of one test to all of them.</summary>
internal sealed class SignalBus
{
    private readonly Lock _lock = new();
    private readonly List<Channel<SessionSignal>> _listeners = [];

    /// <summary>Gets how many stores listen.</summary>
    public int Listeners
    {
        get
        {
            lock (_lock)
            {
                return _listeners.Count;
            }
        }
    }

    public void Send(IEnumerable<SessionSignal> signals)
    {
        lock (_lock)
        {
            foreach (var signal in signals)
            {
                _listeners.ForEach(listener => listener.Writer.TryWrite(signal));
            }
        }
    }

    public Channel<SessionSignal> Listen()
    {
        var listener = Channel.CreateUnbounded<SessionSignal>();
        lock (_lock)
        {
            _listeners.Add(listener);
        }

        return listener;
    }
}

/// <summary>The same, on a database that carries signals.</summary>
internal sealed class SignallingStore(ISessionStore inner, SignalBus bus) : StoreInFront(inner), ISessionSignals
{
    public Task SignalAsync(IReadOnlyCollection<SessionSignal> changed, CancellationToken cancellationToken)
    {
        bus.Send(changed);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<SessionSignal> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var signal in bus.Listen().Reader.ReadAllAsync(cancellationToken))
        {
            yield return signal;
        }
    }
}
