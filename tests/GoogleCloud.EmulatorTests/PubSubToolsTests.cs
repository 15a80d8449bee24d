using System.Text.Json.Nodes;
using Google.Cloud.PubSub.V1;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.PubSub;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class PubSubToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_published_pulled_and_acknowledged()
    {
        await using var gateway = await StartAsync();
        var (topic, subscription) = await CreateAsync(gateway);

        var (published, _) = await gateway.CallAsync(
            "publish_message",
            new { topic_name = topic, message = "Grüße", attributes = new { source = "test" }, ordering_key = "k" },
            Cancellation);
        var message = (await PullAsync(gateway, subscription))!;
        var (acknowledged, _) = await gateway.CallAsync(
            "acknowledge_messages", new { subscription_name = subscription, ack_ids = new[] { (string?)message["ack_id"] } }, Cancellation);

        Assert.Equal((string?)published["message_id"], (string?)message["message_id"]);
        Assert.Equal(("Grüße", "utf-8", "test", "k"), ((string?)message["data"], (string?)message["encoding"], (string?)message["attributes"]!["source"], (string?)message["ordering_key"]));
        Assert.EndsWith("Z", (string?)message["publish_time"], StringComparison.Ordinal);
        Assert.Equal("""{"status":"SUCCESS"}""", acknowledged.ToJsonString());
    }

    [Fact]
    public async Task A_subscription_without_messages_answers_with_none_after_the_wait()
    {
        await using var gateway = await StartAsync();
        var (_, subscription) = await CreateAsync(gateway);

        var (content, isError) = await gateway.CallAsync("pull_messages", new { subscription_name = subscription }, Cancellation);

        Assert.False(isError);
        Assert.Equal("""{"messages":[]}""", content.ToJsonString());
    }

    [Fact]
    public async Task A_message_pulled_with_auto_ack_is_not_delivered_again()
    {
        await using var gateway = await StartAsync();
        var (topic, subscription) = await CreateAsync(gateway);
        await gateway.CallAsync("publish_message", new { topic_name = topic, message = "once" }, Cancellation);

        var (first, _) = await gateway.CallAsync("pull_messages", new { subscription_name = subscription, auto_ack = true, max_messages = 10 }, Cancellation);
        var (second, _) = await gateway.CallAsync("pull_messages", new { subscription_name = subscription, max_messages = 10 }, Cancellation);

        Assert.Single(first["messages"]!.AsArray());
        Assert.Empty(second["messages"]!.AsArray());
    }

    [Fact]
    public async Task A_topic_or_subscription_that_does_not_exist_is_an_answer_with_the_command_that_creates_it()
    {
        await using var gateway = await StartAsync();
        var id = EmulatedGateway.NewId("absent");

        var (topic, _) = await gateway.CallAsync(
            "publish_message", new { topic_name = $"projects/{EmulatedGateway.Project}/topics/{id}", message = "m" }, Cancellation);
        var (subscription, _) = await gateway.CallAsync(
            "pull_messages", new { subscription_name = $"projects/{EmulatedGateway.Project}/subscriptions/{id}" }, Cancellation);

        Assert.Equal("PUBSUB_TOPIC_NOT_FOUND", (string?)topic["error_code"]);
        Assert.StartsWith($"Failed to publish message to topic 'projects/{EmulatedGateway.Project}/topics/{id}': ", (string?)topic["error_details"], StringComparison.Ordinal);
        Assert.EndsWith($"gcloud pubsub topics create {id} --project={EmulatedGateway.Project}", (string?)topic["error_details"], StringComparison.Ordinal);
        Assert.Equal("PUBSUB_SUBSCRIPTION_NOT_FOUND", (string?)subscription["error_code"]);
    }

    private static async Task<EmulatedGateway> StartAsync() =>
        new(BackingProduct.PubSub.Variable, await BackingProduct.PubSub.AddressOrSkipAsync(Cancellation));

    private static async Task<(string Topic, string Subscription)> CreateAsync(EmulatedGateway gateway)
    {
        var client = gateway.Services.GetRequiredService<PubSubClient>();
        var topic = $"projects/{EmulatedGateway.Project}/topics/{EmulatedGateway.NewId("t")}";
        var subscription = $"projects/{EmulatedGateway.Project}/subscriptions/{EmulatedGateway.NewId("s")}";
        await client.CreateTopicAsync(topic, Cancellation);
        await client.CreateSubscriptionAsync(new Subscription { Name = subscription, Topic = topic, AckDeadlineSeconds = 60 }, Cancellation);
        return (topic, subscription);
    }

    private static async Task<JsonNode?> PullAsync(EmulatedGateway gateway, string subscription)
    {
        var (content, isError) = await gateway.CallAsync("pull_messages", new { subscription_name = subscription }, Cancellation);
        Assert.False(isError, content.ToJsonString());
        return Assert.Single(content["messages"]!.AsArray());
    }
}
