using Runtime.Storage;

namespace Runtime.SessionService.Watch;

/// <summary>What waits for one stream. Whoever puts something in never waits; what does not fit is dropped, and the stream is told to catch up.</summary>
#pragma warning disable CA1001 // The semaphore has no handle to give back, and whoever reports a change may hold the inbox longer than its stream.
internal sealed class WatchInbox(string app, string user, string? sessionId, WatchOptions options)
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private List<SessionChange> _changes = [];
    private IReadOnlyList<SessionHead>? _heads;
    private long _bytes;
    private bool _behind;
    private bool _signalled;

    public (string App, string User) Owner => (app, user);

    /// <summary>Gets the one session that is watched; <see langword="null"/> for all of the user.</summary>
    public string? SessionId => sessionId;

    /// <summary>Gets whether nothing waits.</summary>
    public bool IsEmpty => !Volatile.Read(ref _signalled);

    public void Offer(SessionChange change)
    {
        if (sessionId is not null && sessionId != change.SessionId)
        {
            return;
        }

        lock (_lock)
        {
            _bytes += change.Bytes;
            if (_changes.Count >= options.BufferedChanges || _bytes > options.BufferedBytes)
            {
                _changes = [];
                _bytes = 0;
                _behind = true;
            }
            else
            {
                _changes.Add(change);
            }

            Signal();
        }
    }

    /// <summary>Takes how far the sessions have come; only the newest answer counts.</summary>
    public void Offer(IReadOnlyList<SessionHead> heads)
    {
        lock (_lock)
        {
            _heads = heads;
            Signal();
        }
    }

    /// <summary>Waits until there is something to take. False when the time is over first.</summary>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => _arrived.WaitAsync(limit, cancellationToken);

    public Content Take()
    {
        lock (_lock)
        {
            var content = new Content(_changes, _heads, _behind);
            (_changes, _heads, _behind, _bytes) = ([], null, false, 0);
            _signalled = false;
            return content;
        }
    }

    private void Signal()
    {
        if (!_signalled)
        {
            _signalled = true;
            _arrived.Release();
        }
    }

    /// <summary>What had come.</summary>
    /// <param name="Changes">In the order they came in.</param>
    /// <param name="Heads">How far the sessions have come, if that was asked meanwhile.</param>
    /// <param name="Behind">Changes before these were dropped.</param>
    internal readonly record struct Content(IReadOnlyList<SessionChange> Changes, IReadOnlyList<SessionHead>? Heads, bool Behind);
}
