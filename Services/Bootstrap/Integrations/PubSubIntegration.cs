using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.PubSub;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Cloud Pub/Sub.</summary>
public sealed class PubSubIntegration : GoogleIntegration
{
    public override GoogleProduct Product => PubSubClient.Product;

    public override IReadOnlyList<string> Roles =>
    [
        "roles/pubsub.publisher on the topic",
        "roles/pubsub.subscriber on the subscription",
        "roles/pubsub.editor on the project has both, and lets the probe list topics",
    ];

    public override string Question => "one topic of the default project's list";

    protected override string EmulatorSample => "127.0.0.1:8085";

    protected override IReadOnlyList<Remedy> OwnRemedies =>
    [
        new("PROJECT_NOT_CONFIGURED", IntegrationState.NotConfigured, "no project for the probe to list; tools name topics in full", "export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("PUBSUB_NAME_INVALID", IntegrationState.Invalid, "a name is not full", "the full name in the text, such as projects/<project-id>/topics/<topic>"),
        new("PUBSUB_TOPIC_NOT_FOUND", IntegrationState.Invalid, "no such topic", "gcloud pubsub topics create <topic> --project=<project-id>"),
        new("PUBSUB_SUBSCRIPTION_NOT_FOUND", IntegrationState.Invalid, "no such subscription", "gcloud pubsub subscriptions create <subscription> --topic=<topic> --project=<project-id>"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var endpoint = preflight.EndpointOf(Product);
        await ListProbe.AskAsync(
            preflight.Connections.Open(Product), "google.pubsub.v1.Publisher", "ListTopics", "project", $"projects/{await ProjectOfAsync(preflight, cancellationToken)}",
            paged: true, cancellationToken);
        return new(endpoint.Authority, endpoint.IsEmulator);
    }
}
