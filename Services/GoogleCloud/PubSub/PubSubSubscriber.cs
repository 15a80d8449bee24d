using System.Runtime.CompilerServices;
using Google.Cloud.PubSub.V1;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>Receives the messages of a subscription as they come, through one stream that is opened anew whenever it breaks.</summary>
public sealed class PubSubSubscriber(GoogleConnection connection, PubSubClient client, TimeProvider time)
{
    /// <summary>Receives messages until the caller stops reading or cancels. Each is delivered at least once.</summary>
    /// <remarks>
    /// Messages with the same ordering key come in their order where the subscription orders them. No more are read while the caller holds as
    /// many as <paramref name="options"/> allow. What was read and not handed out by the end is given back.
    /// </remarks>
    /// <param name="subscription">Full name: <c>projects/p/subscriptions/s</c>.</param>
    /// <exception cref="ServiceException">The server refuses, for example because there is no such subscription.</exception>
    public async IAsyncEnumerable<PubSubDelivery> ReceiveAsync(
        string subscription, SubscriberOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);

        await using var leases = new Leases(client, subscription, options, time);
        var request = new StreamingPullRequest
        {
            Subscription = subscription,
            StreamAckDeadlineSeconds = (int)options.AckDeadline.TotalSeconds,
            ClientId = Guid.NewGuid().ToString(),
            MaxOutstandingMessages = options.HeldMessages,
            MaxOutstandingBytes = options.HeldBytes,
        };
        for (var failures = 0; ; failures++)
        {
            await using var answers = connection.SubscribeAsync(
                ("subscription", subscription),
                request,
                (channel, call) => new Subscriber.SubscriberClient(channel).StreamingPull(call),
                cancellationToken).GetAsyncEnumerator(cancellationToken);

            while (true)
            {
                await leases.RoomAsync(cancellationToken);
                try
                {
                    if (!await answers.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (ServiceException error) when (StreamBreak.Is(error) || error is DeadlineException or StaleException)
                {
                    // Pub/Sub ends every stream after a while, and says UNAVAILABLE then.
                    connection.Restarted(error.Reason, failures + 1);
                    break;
                }
                catch (NotFoundException error)
                {
                    throw PubSubClient.MissingSubscription(subscription, error);
                }

                failures = 0;
                leases.Add(answers.Current.ReceivedMessages);
                foreach (var message in answers.Current.ReceivedMessages)
                {
                    yield return leases.HandOut(message);
                }
            }

            await Task.Delay(Backoff.Jittered(failures + 1), time, cancellationToken);
        }
    }
}
