using Runtime.GoogleCloud.PubSub;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.PubSub;

/// <summary>Acknowledges pulled messages.</summary>
internal sealed class AcknowledgeMessagesTool(PubSubClient client, PubSubNames names) : ITool
{
    public ToolDescription Description { get; } = new(
        "acknowledge_messages",
        "Acknowledge Pub/Sub messages",
        "Acknowledges messages of a Pub/Sub subscription by their ack ids, so that they are not delivered again. Returns {status}.",
        new ToolEffects(ReadOnly: false, Destructive: true, Idempotent: true),
        [
            PubSubNames.SubscriptionParameter,
            ToolParameter.TextList("ack_ids", "The ack_id of each message, from pull_messages.") with { Required = true, NotEmpty = true },
        ]);

    public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => names.WithNameAsync(
        call.Arguments, PubSubNames.Subscription, "Failed to acknowledge messages on subscription", async subscription =>
        {
            await client.AcknowledgeAsync(subscription, call.Arguments.TextList("ack_ids"), cancellationToken);
            return ToolResult.Success();
        });
}
