using Google.Cloud.PubSub.V1;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>Cloud Pub/Sub: publish, pull, acknowledge; and create what that needs. One call each: many messages go through a publisher or a subscriber.</summary>
/// <remarks>Names are full resource names: <c>projects/p/topics/t</c>, <c>projects/p/subscriptions/s</c>.</remarks>
public sealed class PubSubClient(GoogleConnection connection)
{
    public static readonly GoogleProduct Product = new(
        Name: "Pub/Sub",
        Code: "PUBSUB",
        Host: "pubsub.googleapis.com",
        Api: "pubsub.googleapis.com",
        Role: "roles/pubsub.editor",
        EmulatorVariable: "PUBSUB_EMULATOR_HOST",
        EmulatorCommand: "gcloud beta emulators pubsub start --host-port={0}");

    /// <summary>Publishes one message and returns its id.</summary>
    public async Task<string> PublishAsync(string topic, PubsubMessage message, CancellationToken cancellationToken) =>
        (await PublishAsync(topic, [message], cancellationToken))[0];

    /// <summary>Publishes several messages, all or none, and returns their ids in the order of the messages.</summary>
    public async Task<IReadOnlyList<string>> PublishAsync(string topic, IEnumerable<PubsubMessage> messages, CancellationToken cancellationToken)
    {
        var request = new PublishRequest { Topic = topic, Messages = { messages } };
        var reply = await TopicCallAsync(topic, () => connection.CallAsync(
            CallPolicies.Data, ("topic", topic), (channel, call) => new Publisher.PublisherClient(channel).PublishAsync(request, call), cancellationToken));
        return reply.MessageIds;
    }

    /// <summary>Pulls once. Waits for a first message no longer than <paramref name="wait"/>, and returns nothing when none came.</summary>
    public async Task<IReadOnlyList<ReceivedMessage>> PullAsync(
        string subscription, int maxMessages, TimeSpan wait, CancellationToken cancellationToken)
    {
        var request = new PullRequest { Subscription = subscription, MaxMessages = maxMessages };
        try
        {
            var reply = await SubscriptionCallAsync(subscription, () => connection.CallAsync(
                wait, ("subscription", subscription), (channel, call) => new Subscriber.SubscriberClient(channel).PullAsync(request, call), cancellationToken));
            return reply.ReceivedMessages;
        }
        catch (DeadlineException)
        {
            // The server holds a pull open while there is nothing to give; our deadline is how an empty answer ends.
            return [];
        }
    }

    public Task AcknowledgeAsync(string subscription, IEnumerable<string> ackIds, CancellationToken cancellationToken)
    {
        var request = new AcknowledgeRequest { Subscription = subscription, AckIds = { ackIds } };
        return SubscriptionCallAsync(subscription, () => connection.CallAsync(
            CallPolicies.Data,
            ("subscription", subscription),
            (channel, call) => new Subscriber.SubscriberClient(channel).AcknowledgeAsync(request, call),
            cancellationToken));
    }

    /// <summary>Gives messages more time before they are delivered again; none, and they are delivered again at once.</summary>
    /// <param name="deadline">From now; whole seconds, 0 to 600.</param>
    public Task ModifyAckDeadlineAsync(string subscription, IEnumerable<string> ackIds, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var request = new ModifyAckDeadlineRequest { Subscription = subscription, AckIds = { ackIds }, AckDeadlineSeconds = (int)deadline.TotalSeconds };
        return SubscriptionCallAsync(subscription, () => connection.CallAsync(
            CallPolicies.Data,
            ("subscription", subscription),
            (channel, call) => new Subscriber.SubscriberClient(channel).ModifyAckDeadlineAsync(request, call),
            cancellationToken));
    }

    public Task CreateTopicAsync(string topic, CancellationToken cancellationToken) => connection.CallAsync(
        CallPolicies.Admin,
        ("name", topic),
        (channel, call) => new Publisher.PublisherClient(channel).CreateTopicAsync(new Topic { Name = topic }, call),
        cancellationToken);

    public Task CreateSubscriptionAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return TopicCallAsync(subscription.Topic, () => connection.CallAsync(
            CallPolicies.Admin,
            ("name", subscription.Name),
            (channel, call) => new Subscriber.SubscriberClient(channel).CreateSubscriptionAsync(subscription, call),
            cancellationToken));
    }

    /// <summary>Returns the full names of a project's topics.</summary>
    /// <param name="project">Its full name: <c>projects/p</c>.</param>
    public async Task<IReadOnlyList<string>> ListTopicsAsync(string project, CancellationToken cancellationToken)
    {
        List<string> names = [];
        var request = new ListTopicsRequest { Project = project };
        do
        {
            var page = await connection.CallAsync(
                CallPolicies.Admin, ("project", project), (channel, call) => new Publisher.PublisherClient(channel).ListTopicsAsync(request, call), cancellationToken);
            names.AddRange(page.Topics.Select(topic => topic.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return names;
    }

    /// <summary>Returns the full names of a project's subscriptions.</summary>
    /// <param name="project">Its full name: <c>projects/p</c>.</param>
    public async Task<IReadOnlyList<string>> ListSubscriptionsAsync(string project, CancellationToken cancellationToken)
    {
        List<string> names = [];
        var request = new ListSubscriptionsRequest { Project = project };
        do
        {
            var page = await connection.CallAsync(
                CallPolicies.Admin, ("project", project), (channel, call) => new Subscriber.SubscriberClient(channel).ListSubscriptionsAsync(request, call), cancellationToken);
            names.AddRange(page.Subscriptions.Select(subscription => subscription.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return names;
    }

    /// <summary>Deletes a topic; subscriptions to it remain, and get nothing more.</summary>
    public Task DeleteTopicAsync(string topic, CancellationToken cancellationToken) => TopicCallAsync(topic, () => connection.CallAsync(
        CallPolicies.Admin,
        ("topic", topic),
        (channel, call) => new Publisher.PublisherClient(channel).DeleteTopicAsync(new DeleteTopicRequest { Topic = topic }, call),
        cancellationToken));

    public Task DeleteSubscriptionAsync(string subscription, CancellationToken cancellationToken) => SubscriptionCallAsync(subscription, () => connection.CallAsync(
        CallPolicies.Admin,
        ("subscription", subscription),
        (channel, call) => new Subscriber.SubscriberClient(channel).DeleteSubscriptionAsync(new DeleteSubscriptionRequest { Subscription = subscription }, call),
        cancellationToken));

    internal static NotFoundException MissingSubscription(string subscription, NotFoundException error) => Missing(
        "SUBSCRIPTION", subscription, (project, id) => $"gcloud pubsub subscriptions create {id} --topic=<topic> --project={project}", error);

    private static async Task<T> TopicCallAsync<T>(string topic, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (NotFoundException error)
        {
            throw Missing("TOPIC", topic, (project, id) => $"gcloud pubsub topics create {id} --project={project}", error);
        }
    }

    private static async Task<T> SubscriptionCallAsync<T>(string subscription, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (NotFoundException error)
        {
            throw MissingSubscription(subscription, error);
        }
    }

    private static NotFoundException Missing(string kind, string name, Func<string, string, string> fix, NotFoundException error)
    {
        var parts = name.Split('/');   // projects/p/topics/t
        var command = parts.Length is 4 ? fix(parts[1], parts[3]) : fix("<project-id>", name);
        return new NotFoundException($"{error.Message} Name: '{name}'. Fix: {command}", $"PUBSUB_{kind}_NOT_FOUND", error) { Integration = error.Integration };
    }
}
