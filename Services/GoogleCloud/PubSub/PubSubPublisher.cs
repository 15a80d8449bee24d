using System.Diagnostics.CodeAnalysis;
using Google.Cloud.PubSub.V1;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>Publishes many messages to one topic in few calls. Thread-safe; disposing it sends what waits.</summary>
/// <remarks>
/// Messages with the same ordering key are published in the order of the calls, one batch after the other. When one cannot be published, its key
/// stops: what waits behind it fails, and so does what comes, until <see cref="Resume"/>.
/// </remarks>
/// <param name="client">Makes the calls.</param>
/// <param name="topic">Full name: <c>projects/p/topics/t</c>.</param>
/// <param name="options">When to send, and how much to hold.</param>
public sealed class PubSubPublisher(PubSubClient client, string topic, PublisherOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PublisherLane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<PendingMessage> _outside = new();
    private readonly HashSet<PendingMessage> _unanswered = [];
    private long _held;
    private bool _disposed;

    /// <summary>Publishes a message with others, and returns its id once the server has it.</summary>
    /// <param name="cancellationToken">Ends the waiting. A message that there was room for is published all the same.</param>
    /// <exception cref="OrderingKeyStoppedException">A message before it, with the same key, was not published.</exception>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">It was not published.</exception>
    public async Task<string> PublishAsync(PubsubMessage message, CancellationToken cancellationToken)
    {
        var answer = await EnqueueAsync(message, cancellationToken);
        return await answer.WaitAsync(cancellationToken);
    }

    /// <summary>Takes a message to publish it with others. Returns as soon as there is room for it; the task that it returns is the answer.</summary>
    /// <inheritdoc cref="PublishAsync"/>
    public async Task<Task<string>> EnqueueAsync(PubsubMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);

        var pending = new PendingMessage(message);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _unanswered.Add(pending);
            // Those outside come in one by one, in their order, so that no message overtakes another of its key.
            _outside.Enqueue(pending);
            Admit();
        }

        try
        {
            await pending.Admitted.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Withdraw(pending, cancellationToken);
            throw;
        }

        return pending.Id;
    }

    /// <summary>Lets a key go on that a failure stopped.</summary>
    public void Resume(string orderingKey)
    {
        lock (_lock)
        {
            if (_lanes.TryGetValue(orderingKey, out var lane))
            {
                lane.Failure = null;
                Forget(lane);
            }
        }
    }

    /// <summary>Sends what waits now, and waits until all of it was answered; what failed is told to who published it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Task[] answers;
        lock (_lock)
        {
            answers = [.. _unanswered.Select(message => message.Id)];
            foreach (var lane in _lanes.Values)
            {
                SendAll(lane);
            }
        }

        foreach (var answer in answers)
        {
            await answer.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        await FlushAsync(CancellationToken.None);
    }

    /// <summary>Lets those come in who wait outside, as far as there is room. One message is always let in, however large.</summary>
    private void Admit()
    {
        while (_outside.TryPeek(out var next) && (_held is 0 || _held + next.Size <= options.PendingBytes))
        {
            _outside.Dequeue();
            if (next.Id.IsCompleted)
            {
                continue;
            }

            if (!_lanes.TryGetValue(next.Message.OrderingKey, out var lane))
            {
                _lanes[next.Message.OrderingKey] = lane = new(next.Message.OrderingKey, options);
            }

            if (lane.Failure is { } failure)
            {
                Answer(next, new OrderingKeyStoppedException(lane.Key, failure));
                continue;
            }

            _held += next.Size;
            next.Admit();
            lane.Add(next);
            if (lane.IsFull || _disposed)
            {
                SendAll(lane);
            }
            else
            {
                lane.Timer ??= time.CreateTimer(SendLate, lane, options.BatchDelay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Withdraw(PendingMessage message, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!message.Admitted.IsCompleted)
            {
                Answer(message, new OperationCanceledException(cancellationToken));
            }
        }
    }

    private void SendLate(object? state)
    {
        lock (_lock)
        {
            SendAll((PublisherLane)state!);
        }
    }

    private void SendAll(PublisherLane lane)
    {
        // What an ordered lane cannot send now goes as soon as the batch before it is through.
        while (!lane.IsEmpty && SendNext(lane))
        {
        }
    }

    private bool SendNext(PublisherLane lane)
    {
        lane.Timer?.Dispose();
        lane.Timer = null;
        if (lane is { IsOrdered: true, Sending: > 0 })
        {
            return false;
        }

        lane.Sending++;
        _ = SendAsync(lane, lane.TakeBatch());
        return true;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it belongs to those who published.")]
    private async Task SendAsync(PublisherLane lane, List<PendingMessage> batch)
    {
        // Who calls this holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        IReadOnlyList<string> ids = [];
        Exception? failure = null;
        try
        {
            ids = await client.PublishAsync(topic, batch.ConvertAll(message => message.Message), CancellationToken.None);
        }
        catch (Exception error)
        {
            failure = error;
        }

        lock (_lock)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                Answer(batch[i], failure, failure is null ? ids[i] : null);
                _held -= batch[i].Size;
            }

            lane.Sending--;
            if (lane.IsOrdered)
            {
                Continue(lane, failure);
            }

            Forget(lane);
            Admit();
        }
    }

    private void Continue(PublisherLane lane, Exception? failure)
    {
        if (failure is null)
        {
            SendAll(lane);
            return;
        }

        lane.Failure = failure;
        foreach (var message in lane.TakeAll())
        {
            _held -= message.Size;
            Answer(message, new OrderingKeyStoppedException(lane.Key, failure));
        }
    }

    private void Answer(PendingMessage message, Exception? failure, string? id = null)
    {
        _unanswered.Remove(message);
        if (failure is null)
        {
            message.Succeed(id!);
        }
        else
        {
            message.Fail(failure);
        }
    }

    // There may be as many keys as messages: a lane lives as long as it has something to remember.
    private void Forget(PublisherLane lane)
    {
        if (lane is { IsEmpty: true, Sending: 0, Failure: null } && _lanes.Remove(lane.Key))
        {
            lane.Timer?.Dispose();
        }
    }
}
