using Google.Cloud.PubSub.V1;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>A message that was delivered. Its deadline is prolonged until it is acknowledged or rejected, or the subscriber ends.</summary>
public sealed class PubSubDelivery
{
    private readonly Func<bool, Task> _settle;

    internal PubSubDelivery(ReceivedMessage received, Func<bool, Task> settle)
    {
        Message = received.Message;
        Attempt = received.DeliveryAttempt;
        _settle = settle;
    }

    public PubsubMessage Message { get; }

    /// <summary>Gets how often the message was delivered; zero where the subscription has no dead letter topic, for then nobody counts.</summary>
    public int Attempt { get; }

    /// <summary>Says that the message is done with. It may be delivered again all the same: Pub/Sub delivers at least once.</summary>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">The server did not hear of it; it delivers the message again.</exception>
    public Task AcknowledgeAsync(CancellationToken cancellationToken) => _settle(true).WaitAsync(cancellationToken);

    /// <summary>Gives the message back, so that it is delivered again at once.</summary>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">The server did not hear of it; it delivers the message later.</exception>
    public Task RejectAsync(CancellationToken cancellationToken) => _settle(false).WaitAsync(cancellationToken);
}
