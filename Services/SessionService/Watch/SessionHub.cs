using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Watch;

/// <summary>Hands changes to the streams of this process that watch the session, and to whoever tells the other processes.</summary>
internal sealed class SessionHub(IOptions<WatchOptions> options, SessionMetrics metrics)
{
    private readonly ConcurrentDictionary<(string App, string User), WatchInbox[]> _inboxes = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private volatile int _watchers;

    /// <summary>Gets whether any stream is open in this process.</summary>
    public bool IsWatched => _watchers > 0;

    /// <summary>Gets what completes with the first watch.</summary>
    public Task FirstWatch => _first.Task;

    /// <summary>Gets or sets where changes go that other processes are to be told of; <see langword="null"/> where the database carries no signals.</summary>
    public ChannelWriter<SessionSignal>? Outbox { get; set; }

    /// <summary>Gets the owners whose sessions are watched, with their streams.</summary>
    public IEnumerable<KeyValuePair<(string App, string User), WatchInbox[]>> Watched => _inboxes;

    /// <summary>Opens an inbox; disposing of the result closes it.</summary>
    /// <exception cref="LimitExceededException">The process has as many watchers as it may.</exception>
    public IDisposable Open(WatchInbox inbox)
    {
        lock (_lock)
        {
            if (_watchers >= options.Value.MaxWatchers)
            {
                throw new LimitExceededException(
                    $"This replica has {_watchers} watch streams, as many as it may. Setting: {WatchOptions.Section}:MaxWatchers. Fix: Watch all sessions of a user in one stream, or add replicas.",
                    "WATCHERS_EXHAUSTED");
            }

            _inboxes[inbox.Owner] = _inboxes.TryGetValue(inbox.Owner, out var others) ? [.. others, inbox] : [inbox];
            _watchers++;
            metrics.Watching(1);
        }

        _first.TrySetResult();
        return new Closing(this, inbox);
    }

    /// <summary>Tells of a change that this process committed.</summary>
    /// <param name="key">The session.</param>
    /// <param name="signal">What other processes are told.</param>
    /// <param name="subject">What <paramref name="say"/> makes the change of, so that it captures nothing.</param>
    /// <param name="say">Makes the change; called only where a stream watches the session.</param>
    public void Publish<T>(SessionKey key, long signal, T subject, Func<SessionKey, T, SessionChange> say)
    {
        Outbox?.TryWrite(new(key, signal));
        if (!IsWatched || !_inboxes.TryGetValue((key.App, key.User), out var inboxes))
        {
            return;
        }

        SessionChange? change = null;
        foreach (var inbox in inboxes)
        {
            if (inbox.SessionId is null || inbox.SessionId == key.Id)
            {
                inbox.Offer(change ??= say(key, subject));
            }
        }
    }

    /// <summary>Passes a signal of any process on to the streams that watch the session.</summary>
    public void Hint(SessionSignal signal)
    {
        if (IsWatched && _inboxes.TryGetValue((signal.Key.App, signal.Key.User), out var inboxes))
        {
            var hint = SessionChange.Hint(signal);
            foreach (var inbox in inboxes)
            {
                inbox.Offer(hint);
            }
        }
    }

    private void Close(WatchInbox inbox)
    {
        lock (_lock)
        {
            var others = _inboxes[inbox.Owner].Where(other => other != inbox).ToArray();
            if (others.Length > 0)
            {
                _inboxes[inbox.Owner] = others;
            }
            else
            {
                _inboxes.TryRemove(inbox.Owner, out _);
            }

            _watchers--;
            metrics.Watching(-1);
        }
    }

    private sealed class Closing(SessionHub hub, WatchInbox inbox) : IDisposable
    {
        private WatchInbox? _open = inbox;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _open, null) is { } open)
            {
                hub.Close(open);
            }
        }
    }
}
