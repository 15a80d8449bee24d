using Google.Cloud.PubSub.V1;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.PubSub;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class PubSubClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_messages_are_published_in_few_calls_and_each_is_received()
    {
        await using var services = await ConnectAsync();
        var (topic, subscription) = await CreateAsync(services, ordered: false);

        var published = await PublishAsync(services, topic, Enumerable.Range(0, 1000).Select(i => Message($"{i}")));
        var received = await ReceiveAsync(services, subscription, count: 1000);

        Assert.Equal(1000, published.Distinct().Count());
        Assert.Equal(published.Order(StringComparer.Ordinal), received.Select(message => message.MessageId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_created_is_listed_until_it_is_deleted()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<PubSubClient>();
        var (topic, subscription) = await CreateAsync(services, ordered: false);
        var project = string.Join('/', topic.Split('/')[..2]);
        Assert.Contains(topic, await client.ListTopicsAsync(project, Cancellation));
        Assert.Contains(subscription, await client.ListSubscriptionsAsync(project, Cancellation));

        await client.DeleteSubscriptionAsync(subscription, Cancellation);
        await client.DeleteTopicAsync(topic, Cancellation);

        Assert.DoesNotContain(topic, await client.ListTopicsAsync(project, Cancellation));
        Assert.DoesNotContain(subscription, await client.ListSubscriptionsAsync(project, Cancellation));
        var again = await Assert.ThrowsAsync<NotFoundException>(() => client.DeleteTopicAsync(topic, Cancellation));
        Assert.Equal("PUBSUB_TOPIC_NOT_FOUND", again.Reason);
    }

    [Fact]
    public async Task Messages_of_one_key_are_received_in_the_order_in_which_they_were_published()
    {
        await using var services = await ConnectAsync();
        var (topic, subscription) = await CreateAsync(services, ordered: true);

        await PublishAsync(services, topic, Enumerable.Range(0, 200).Select(i => Message($"{i}", $"k{i % 2}")));
        var received = await ReceiveAsync(services, subscription, count: 200);

        Assert.All(received.GroupBy(message => message.OrderingKey), key =>
            Assert.Equal(Enumerable.Range(0, 200).Where(i => $"k{i % 2}" == key.Key).Select(i => $"{i}"), key.Select(message => message.Data.ToStringUtf8())));
    }

    [Fact]
    public async Task A_message_that_is_rejected_comes_again()
    {
        await using var services = await ConnectAsync();
        var (topic, subscription) = await CreateAsync(services, ordered: false);
        await PublishAsync(services, topic, [Message("again")]);

        var ids = new List<string>();
        await foreach (var delivery in services.GetRequiredService<PubSubSubscriber>().ReceiveAsync(subscription, SubscriberOptions.Default, Cancellation))
        {
            ids.Add(delivery.Message.MessageId);
            if (ids.Count is 2)
            {
                await delivery.AcknowledgeAsync(Cancellation);
                break;
            }

            await delivery.RejectAsync(Cancellation);
        }

        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task More_messages_than_may_be_held_are_received_as_those_before_them_are_settled()
    {
        await using var services = await ConnectAsync();
        var (topic, subscription) = await CreateAsync(services, ordered: false);
        await PublishAsync(services, topic, Enumerable.Range(0, 50).Select(i => Message($"{i}")));

        var received = await ReceiveAsync(services, subscription, count: 50, SubscriberOptions.Default with { HeldMessages = 5 });

        Assert.Equal(50, received.Select(message => message.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task The_deadline_of_a_pulled_message_can_be_moved()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<PubSubClient>();
        var (topic, subscription) = await CreateAsync(services, ordered: false);
        await client.PublishAsync(topic, Message("m"), Cancellation);

        var first = Assert.Single(await client.PullAsync(subscription, 1, TestTimeouts.Call, Cancellation));
        await client.ModifyAckDeadlineAsync(subscription, [first.AckId], TimeSpan.Zero, Cancellation);
        var second = Assert.Single(await client.PullAsync(subscription, 1, TestTimeouts.Call, Cancellation));

        Assert.Equal(first.Message.MessageId, second.Message.MessageId);
    }

    [Fact]
    public async Task A_subscription_that_does_not_exist_ends_the_reading()
    {
        await using var services = await ConnectAsync();

        var error = await Assert.ThrowsAsync<NotFoundException>(() => ReceiveAsync(services, $"projects/{EmulatedGateway.Project}/subscriptions/absent", count: 1));

        Assert.Equal("PUBSUB_SUBSCRIPTION_NOT_FOUND", error.Reason);
    }

    private static async Task<string[]> PublishAsync(ServiceProvider services, string topic, IEnumerable<PubsubMessage> messages)
    {
        await using var publisher = new PubSubPublisher(services.GetRequiredService<PubSubClient>(), topic, PublisherOptions.Default, TimeProvider.System);
        return await Task.WhenAll(messages.Select(message => publisher.PublishAsync(message, Cancellation)));
    }

    private static async Task<List<PubsubMessage>> ReceiveAsync(ServiceProvider services, string subscription, int count, SubscriberOptions? options = null)
    {
        List<PubsubMessage> received = [];
        await foreach (var delivery in services.GetRequiredService<PubSubSubscriber>().ReceiveAsync(subscription, options ?? SubscriberOptions.Default, Cancellation))
        {
            received.Add(delivery.Message);
            await delivery.AcknowledgeAsync(Cancellation);
            if (received.Count == count)
            {
                break;
            }
        }

        return received;
    }

    private static PubsubMessage Message(string text, string key = "") => new() { Data = ByteString.CopyFromUtf8(text), OrderingKey = key };

    private static async Task<ServiceProvider> ConnectAsync() => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new(BackingProduct.PubSub.Variable, await BackingProduct.PubSub.AddressOrSkipAsync(Cancellation))])
            .Build())
        .AddGoogleCloud()
        .BuildServiceProvider();

    private static async Task<(string Topic, string Subscription)> CreateAsync(ServiceProvider services, bool ordered)
    {
        var client = services.GetRequiredService<PubSubClient>();
        var topic = $"projects/{EmulatedGateway.Project}/topics/{EmulatedGateway.NewId("t")}";
        var subscription = $"projects/{EmulatedGateway.Project}/subscriptions/{EmulatedGateway.NewId("s")}";
        await client.CreateTopicAsync(topic, Cancellation);
        await client.CreateSubscriptionAsync(
            new Subscription { Name = subscription, Topic = topic, AckDeadlineSeconds = 60, EnableMessageOrdering = ordered }, Cancellation);
        return (topic, subscription);
    }
}
