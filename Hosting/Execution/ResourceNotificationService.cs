using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Runtime.Hosting;

/// <summary>Knows the state of every resource, and tells it.</summary>
public sealed class ResourceNotificationService : IDisposable
{
    private const int KeptLines = 200;
    private readonly ConcurrentDictionary<string, ResourceSnapshot> _snapshots = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Queue<string>> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private bool _ended;

    /// <summary>Returns what is known of a resource, or <see langword="null"/> before the application starts.</summary>
    public ResourceSnapshot? Find(string resourceName) => _snapshots.GetValueOrDefault(resourceName);

    /// <summary>Returns the last lines of output of a resource, oldest first.</summary>
    public IReadOnlyList<string> LastLines(string resourceName, int count)
    {
        lock (_gate)
        {
            return _lines.TryGetValue(resourceName, out var lines) ? [.. lines.TakeLast(count)] : [];
        }
    }

    /// <summary>Waits until a resource runs and its health checks pass.</summary>
    /// <exception cref="DistributedApplicationException">It ended instead; the message has its last lines of output.</exception>
    public async Task<ResourceSnapshot> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        var settled = await WaitForResourceAsync(
            resourceName, snapshot => snapshot.IsTerminal || (snapshot.State == KnownResourceStates.Running && snapshot.Health == ResourceHealth.Healthy), cancellationToken);
        return !settled.IsTerminal ? settled : throw new DistributedApplicationException(
            $"Resource '{resourceName}' is {settled.State}: {settled.Reason}{string.Concat(LastLines(resourceName, 20).Select(line => Environment.NewLine + "  " + line))}");
    }

    /// <summary>Waits until the state of a resource meets a condition.</summary>
    public async Task<ResourceSnapshot> WaitForResourceAsync(string resourceName, Func<ResourceSnapshot, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);

        using var subscription = Subscribe(out var events);
        if (Find(resourceName) is { } now && predicate(now))
        {
            return now;
        }

        await foreach (var change in events.ReadAllAsync(cancellationToken))
        {
            if (change is ResourceChanged { Snapshot: var snapshot } && Names(snapshot, resourceName) && predicate(snapshot))
            {
                return snapshot;
            }
        }

        throw new OperationCanceledException("The application ended.");
    }

    /// <summary>Ends every wait: nothing happens any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ended = true;
            _watchers.ForEach(watcher => watcher.Writer.TryComplete());
        }
    }

    internal IDisposable Subscribe(out ChannelReader<ResourceEvent> events)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            _watchers.Add(channel);
            if (_ended)
            {
                channel.Writer.TryComplete();
            }
        }

        events = channel.Reader;
        return new Subscription(() =>
        {
            lock (_gate)
            {
                _watchers.Remove(channel);
            }
        });
    }

    internal void Publish(ResourceSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_snapshots.TryGetValue(snapshot.Resource.Name, out var before) && before == snapshot)
            {
                return;
            }

            _snapshots[snapshot.Resource.Name] = snapshot;
            Tell(new ResourceChanged(snapshot, before));
        }
    }

    internal void AddLine(IResource resource, string line)
    {
        lock (_gate)
        {
            var lines = _lines.GetOrAdd(resource.Name, _ => new Queue<string>());
            lines.Enqueue(line);
            if (lines.Count > KeptLines)
            {
                lines.Dequeue();
            }

            Tell(new ResourceLine(resource, line));
        }
    }

    /// <summary>Tells the console something that belongs to no resource.</summary>
    internal void Say(ConsoleMessage message)
    {
        lock (_gate)
        {
            Tell(message);
        }
    }

    private static bool Names(ResourceSnapshot snapshot, string name) => string.Equals(snapshot.Resource.Name, name, StringComparison.OrdinalIgnoreCase);

    private void Tell(ResourceEvent change)
    {
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(change);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

internal abstract record ResourceEvent;

internal sealed record ResourceChanged(ResourceSnapshot Snapshot, ResourceSnapshot? Before) : ResourceEvent;

internal sealed record ResourceLine(IResource Resource, string Line) : ResourceEvent;

/// <summary>A message for the person at the console. An answer follows a line that the person has typed.</summary>
internal sealed record ConsoleMessage(string Text, bool IsAnswer = false) : ResourceEvent;
