using System.Text.Json.Nodes;
using Google.Cloud.PubSub.V1;
using Google.Protobuf;
using Runtime.GoogleCloud.PubSub;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.PubSub;

/// <summary>Publishes one message.</summary>
internal sealed class PublishMessageTool(PubSubClient client, PubSubNames names) : ITool
{
    public ToolDescription Description { get; } = new(
        "publish_message",
        "Publish a Pub/Sub message",
        "Publishes one message to a Pub/Sub topic. Returns {message_id}.",
        new ToolEffects(ReadOnly: false, Destructive: false, Idempotent: false),
        [
            PubSubNames.TopicParameter,
            new("message", ParameterKind.String, "The text of the message.") { Required = true },
            ToolParameter.TextMap("attributes", "Attributes of the message, text by name."),
            new("ordering_key", ParameterKind.String, "Messages with one key reach an ordered subscription in the order they were published."),
        ]);

    public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => names.WithNameAsync(
        call.Arguments, PubSubNames.Topic, "Failed to publish message to topic", async topic =>
        {
            var message = new PubsubMessage
            {
                Data = ByteString.CopyFromUtf8(call.Arguments.Text("message")),
                OrderingKey = call.Arguments.OptionalText("ordering_key") ?? "",
            };
            foreach (var (name, value) in call.Arguments.TextMap("attributes"))
            {
                message.Attributes[name] = value;
            }

            return ToolResult.Of(new JsonObject { ["message_id"] = await client.PublishAsync(topic, message, cancellationToken) });
        });
}
