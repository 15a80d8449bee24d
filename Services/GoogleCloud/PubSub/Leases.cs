using Google.Cloud.PubSub.V1;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>The messages that a subscriber holds: keeps the server from delivering them again, and tells when there is room for more.</summary>
internal sealed class Leases : IAsyncDisposable
{
    private const int MostInACall = 1000;

    private readonly PubSubClient _client;
    private readonly string _subscription;
    private readonly SubscriberOptions _options;
    private readonly TimeProvider _time;
    private readonly Acknowledgements _acknowledgements;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lease> _held = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _prolonging;
    private long _bytes;
    private TaskCompletionSource? _room;

    public Leases(PubSubClient client, string subscription, SubscriberOptions options, TimeProvider time)
    {
        _client = client;
        _subscription = subscription;
        _options = options;
        _time = time;
        _acknowledgements = new(client, subscription);
        _prolonging = ProlongAsync();
    }

    /// <summary>Takes messages that came. Each is handed out by calling <see cref="HandOut"/>; what is not is given back in the end.</summary>
    public void Add(IEnumerable<ReceivedMessage> messages)
    {
        lock (_lock)
        {
            foreach (var message in messages)
            {
                var size = message.CalculateSize();
                // The same message under the same id: it was delivered again by a new stream.
                if (_held.TryAdd(message.AckId, new Lease(_time.GetTimestamp(), size)))
                {
                    _bytes += size;
                }
            }
        }
    }

    public PubSubDelivery HandOut(ReceivedMessage message)
    {
        lock (_lock)
        {
            if (_held.TryGetValue(message.AckId, out var lease))
            {
                lease.IsHandedOut = true;
            }
        }

        return new PubSubDelivery(message, acknowledge => Settle(message.AckId, acknowledge));
    }

    /// <summary>Waits until there is room for more.</summary>
    public Task RoomAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (HasRoom)
            {
                return Task.CompletedTask;
            }

            _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Gives back what nobody was handed, and sends the acknowledgements that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _prolonging;

        string[] unread;
        lock (_lock)
        {
            unread = [.. _held.Where(lease => !lease.Value.IsHandedOut).Select(lease => lease.Key)];
        }

        var rejections = Array.ConvertAll(unread, ackId => _acknowledgements.AddAsync(ackId, acknowledge: false));
        await _acknowledgements.DisposeAsync();
        // Where they cannot be given back, the server delivers them again at their deadline.
        await Task.WhenAll(rejections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private bool HasRoom => _held.Count < _options.HeldMessages && _bytes < _options.HeldBytes;

    private Task Settle(string ackId, bool acknowledge)
    {
        Drop(ackId);
        return _acknowledgements.AddAsync(ackId, acknowledge);
    }

    private void Drop(string ackId)
    {
        lock (_lock)
        {
            if (_held.Remove(ackId, out var lease))
            {
                _bytes -= lease.Size;
            }

            if (HasRoom)
            {
                _room?.TrySetResult();
                _room = null;
            }
        }
    }

    private async Task ProlongAsync()
    {
        // Twice in a deadline, so that one lost call costs nothing.
        using var timer = new PeriodicTimer(_options.AckDeadline / 2, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                foreach (var part in Current().Chunk(MostInACall))
                {
                    await ProlongAsync(part);
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The subscriber ended.
        }
    }

    private async Task ProlongAsync(string[] ackIds)
    {
        try
        {
            await _client.ModifyAckDeadlineAsync(_subscription, ackIds, _options.AckDeadline, _ended.Token);
        }
        catch (ServiceException)
        {
            // The next tick tries again; a message whose deadline passes meanwhile is delivered again.
        }
    }

    private string[] Current()
    {
        string[] old;
        lock (_lock)
        {
            old = [.. _held.Where(lease => _time.GetElapsedTime(lease.Value.Since) > _options.LongestLease).Select(lease => lease.Key)];
        }

        Array.ForEach(old, Drop);
        lock (_lock)
        {
            return [.. _held.Keys];
        }
    }

    private sealed class Lease(long since, int size)
    {
        public long Since { get; } = since;

        public int Size { get; } = size;

        public bool IsHandedOut { get; set; }
    }
}
