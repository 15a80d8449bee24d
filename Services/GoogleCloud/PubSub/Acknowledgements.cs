using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>Sends acknowledgements and rejections: what comes while a call is on its way goes with the next one.</summary>
internal sealed class Acknowledgements : IAsyncDisposable
{
    // A call takes up to 512 KB of ids, which have about 200 bytes each.
    private const int MostInACall = 1000;

    private readonly PubSubClient _client;
    private readonly string _subscription;
    private readonly Channel<Settlement> _waiting = Channel.CreateUnbounded<Settlement>(new() { SingleReader = true });
    private readonly Task _sending;

    public Acknowledgements(PubSubClient client, string subscription)
    {
        _client = client;
        _subscription = subscription;
        _sending = SendAsync();
    }

    public Task AddAsync(string ackId, bool acknowledge)
    {
        var settlement = new Settlement(ackId, acknowledge, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _waiting.Writer.TryWrite(settlement)
            ? settlement.Done.Task
            : Task.FromException(new ObjectDisposedException(nameof(PubSubSubscriber), "The subscriber ended. The message is delivered again."));
    }

    /// <summary>Sends what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _sending;
    }

    private async Task SendAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            List<Settlement> batch = [];
            while (batch.Count < MostInACall && _waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await SendAsync(batch.FindAll(settlement => settlement.Acknowledge), ids => _client.AcknowledgeAsync(_subscription, ids, CancellationToken.None));
            await SendAsync(
                batch.FindAll(settlement => !settlement.Acknowledge),
                ids => _client.ModifyAckDeadlineAsync(_subscription, ids, TimeSpan.Zero, CancellationToken.None));
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, it belongs to those who wait.")]
    private static async Task SendAsync(List<Settlement> batch, Func<IEnumerable<string>, Task> call)
    {
        if (batch.Count is 0)
        {
            return;
        }

        try
        {
            await call(batch.Select(settlement => settlement.AckId));
            batch.ForEach(settlement => settlement.Done.SetResult());
        }
        catch (Exception error)
        {
            batch.ForEach(settlement => settlement.Done.SetException(error));
        }
    }

    private sealed record Settlement(string AckId, bool Acknowledge, TaskCompletionSource Done);
}
