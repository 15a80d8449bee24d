using Microsoft.Extensions.Options;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.PubSub;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.PubSub;

/// <summary>Publish, pull and acknowledge messages.</summary>
public sealed class PubSubToolset(PubSubClient client, GoogleCloudOptions google, IOptions<PubSubToolsOptions> options) : IToolset
{
    public string Name => "pubsub";

    public IReadOnlyList<ITool> Tools { get; } =
    [
        new PublishMessageTool(client, new PubSubNames(google)),
        new PullMessagesTool(client, new PubSubNames(google), options.Value),
        new AcknowledgeMessagesTool(client, new PubSubNames(google)),
    ];
}
