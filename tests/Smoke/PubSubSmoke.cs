using Google.Cloud.PubSub.V1;
using Runtime.GoogleCloud.PubSub;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke;

/// <summary>Pub/Sub through the gateway.</summary>
[Integration("pub-sub")]
public sealed class PubSubSmoke(SmokeServices services) : SmokeSuite
{
    [Theory, RunsIn(Emulator, Live)]
    public async Task A_message_is_published_pulled_and_acknowledged(SmokeMode mode)
    {
        var gateway = await services.GatewayAsync(mode, BackingProduct.PubSub, "pub-sub");
        var pubsub = gateway.Client<PubSubClient>();
        await SmokeName.SweepAsync(await pubsub.ListSubscriptionsAsync($"projects/{gateway.Project}", Cancellation), pubsub.DeleteSubscriptionAsync, Cancellation);
        await SmokeName.SweepAsync(await pubsub.ListTopicsAsync($"projects/{gateway.Project}", Cancellation), pubsub.DeleteTopicAsync, Cancellation);
        var name = SmokeName.New();
        var (topic, subscription) = ($"projects/{gateway.Project}/topics/{name}", $"projects/{gateway.Project}/subscriptions/{name}");
        Afterwards(cancellation => pubsub.DeleteTopicAsync(topic, cancellation));
        await pubsub.CreateTopicAsync(topic, Cancellation);
        Afterwards(cancellation => pubsub.DeleteSubscriptionAsync(subscription, cancellation));
        await pubsub.CreateSubscriptionAsync(new Subscription { Name = subscription, Topic = topic, AckDeadlineSeconds = 10 }, Cancellation);

        var published = await gateway.CallOverGrpcAsync("publish_message", new { topic_name = topic, message = "tea, please" }, Cancellation);
        var pulled = await gateway.CallOverMcpAsync("pull_messages", new { subscription_name = subscription }, Cancellation);
        var message = Assert.Single(pulled["messages"]!.AsArray())!;
        var acknowledged = await gateway.CallOverGrpcAsync(
            "acknowledge_messages", new { subscription_name = subscription, ack_ids = new[] { (string)message["ack_id"]! } }, Cancellation);

        Assert.Equal((string?)published["message_id"], (string?)message["message_id"]);
        Assert.Equal("tea, please", (string?)message["data"]);
        Assert.Equal("SUCCESS", (string?)acknowledged["status"]);
    }
}
