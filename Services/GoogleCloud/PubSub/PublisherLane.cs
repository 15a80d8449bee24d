namespace Runtime.GoogleCloud.PubSub;

/// <summary>The messages of one ordering key, or all that have none, until they are sent. Used under the publisher's lock.</summary>
internal sealed class PublisherLane(string key, PublisherOptions options)
{
    private readonly Queue<PendingMessage> _waiting = new();
    private long _bytes;

    public string Key { get; } = key;

    /// <summary>Gets whether batches must not overtake one another.</summary>
    public bool IsOrdered => Key.Length > 0;

    /// <summary>Gets or sets how many batches are on their way.</summary>
    public int Sending { get; set; }

    /// <summary>Gets or sets what stopped the key; null while it runs.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets or sets the timer that sends what waits too long; null while none runs.</summary>
    public ITimer? Timer { get; set; }

    public bool IsEmpty => _waiting.Count is 0;

    public bool IsFull => _waiting.Count >= options.BatchMessages || _bytes >= options.BatchBytes;

    public void Add(PendingMessage message)
    {
        _waiting.Enqueue(message);
        _bytes += message.Size;
    }

    /// <summary>Takes the next batch. A message larger than a batch is one by itself.</summary>
    public List<PendingMessage> TakeBatch()
    {
        List<PendingMessage> batch = [];
        var bytes = 0L;
        while (batch.Count < options.BatchMessages && _waiting.TryPeek(out var next) && (batch.Count is 0 || bytes + next.Size <= options.BatchBytes))
        {
            batch.Add(_waiting.Dequeue());
            bytes += next.Size;
        }

        _bytes -= bytes;
        return batch;
    }

    public List<PendingMessage> TakeAll()
    {
        List<PendingMessage> all = [.. _waiting];
        _waiting.Clear();
        _bytes = 0;
        return all;
    }
}
