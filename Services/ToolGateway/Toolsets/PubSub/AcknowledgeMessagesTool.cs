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
            new("ack_ids", ParameterKind.TextList, "The ack_id of each message, from pull_messages.") { Required = true, NotEmpty = true },
        ]);

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, CancellationToken cancellationToken) => names.WithNameAsync(
        arguments, PubSubNames.Subscription, "Failed to acknowledge messages on subscription", async subscription =>
        {
            await client.AcknowledgeAsync(subscription, arguments.TextList("ack_ids"), cancellationToken);
            return ToolResult.Success();
        });
}
