using System.Text.Json.Nodes;
using Google.Cloud.PubSub.V1;
using Runtime.GoogleCloud.PubSub;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.PubSub;

/// <summary>Pulls messages once.</summary>
internal sealed class PullMessagesTool(PubSubClient client, PubSubNames names, PubSubToolsOptions options) : ITool
{
    public ToolDescription Description { get; } = new(
        "pull_messages",
        "Pull Pub/Sub messages",
        "Pulls messages from a Pub/Sub subscription, waiting a few seconds for a first one. Returns {messages: [{message_id, data, encoding, attributes, "
        + "publish_time, ordering_key, ack_id}]}, empty when none came; encoding says whether data is utf-8 text or base64. Acknowledge what was handled "
        + "with acknowledge_messages, or it is delivered again. With auto_ack a message counts as handled before it was seen.",
        new ToolEffects(ReadOnly: false, Destructive: true, Idempotent: false),
        [
            PubSubNames.SubscriptionParameter,
            new("max_messages", ParameterKind.Integer, "Most messages to return.") { Default = 1, Minimum = 1, Maximum = options.MaxMessages },
            new("auto_ack", ParameterKind.Boolean, "Acknowledge the messages before returning them.") { Default = false },
        ]);

    public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => names.WithNameAsync(
        call.Arguments, PubSubNames.Subscription, "Failed to pull messages from subscription", async subscription =>
        {
            var messages = await client.PullAsync(subscription, call.Arguments.Number("max_messages"), options.PullWait, cancellationToken);
            if (messages.Count > 0 && call.Arguments.IsTrue("auto_ack"))
            {
                await client.AcknowledgeAsync(subscription, messages.Select(message => message.AckId), cancellationToken);
            }

            return ToolResult.Of(new JsonObject { ["messages"] = new JsonArray([.. messages.Select(ToJson)]) });
        });

    private static JsonNode ToJson(ReceivedMessage received)
    {
        var data = ReadableBytes.FromText(received.Message.Data);
        return new JsonObject
        {
            ["message_id"] = received.Message.MessageId,
            ["data"] = data.Value,
            ["encoding"] = data.Encoding,
            ["attributes"] = new JsonObject(received.Message.Attributes.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["publish_time"] = received.Message.PublishTime?.ToDateTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture),
            ["ordering_key"] = received.Message.OrderingKey,
            ["ack_id"] = received.AckId,
        };
    }
}
