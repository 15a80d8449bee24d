using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;

namespace Runtime.Bootstrap.Integrations;

/// <summary>An integration with one resource of a reasoning engine.</summary>
public abstract class ReasoningEngineIntegration : GoogleIntegration
{
    /// <summary>Gets what is listed, as the REST path calls it: <c>sessions</c>, <c>memories</c>.</summary>
    protected abstract string Collection { get; }

    public override IReadOnlyList<string> Roles => ["roles/aiplatform.user on the project"];

    public override string Endpoint => "<location>-aiplatform.googleapis.com";

    public override string Question => $"one of the engine's {Collection}";

    public override IReadOnlyList<Setting> Settings => [SharedSettings.Project, SharedSettings.Location, EngineId, Address];

    protected override IReadOnlyList<Remedy> OwnRemedies =>
    [
        new("VERTEX_ENGINE_NOT_CONFIGURED", IntegrationState.NotConfigured, "no reasoning engine is named", "export GOOGLE_CLOUD_AGENT_ENGINE_ID=<engine-id>"),
        new("PROJECT_NOT_CONFIGURED", IntegrationState.NotConfigured, "no project", "export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("LOCATION_NOT_CONFIGURED", IntegrationState.NotConfigured, "no region", "export GOOGLE_CLOUD_LOCATION=us-central1"),
        new($"{Product.Code}_NOT_FOUND", IntegrationState.Invalid, "no such engine in that project and location", "export GOOGLE_CLOUD_AGENT_ENGINE_ID=<engine-id>"),
    ];

    private Setting EngineId => new("id of the reasoning engine: its number, or its full name", Path("EngineId"), "GOOGLE_CLOUD_AGENT_ENGINE_ID") { Sample = "<engine-id>" };

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var engine = preflight.Settings.Get(EngineId)
            ?? throw NotConfigured("VERTEX_ENGINE_NOT_CONFIGURED", "No reasoning engine is named.", "export GOOGLE_CLOUD_AGENT_ENGINE_ID=<engine-id>");
        string location;
        if (engine.Split('/') is ["projects", _, "locations", var named, "reasoningEngines", _])
        {
            location = named;
        }
        else
        {
            var project = await ProjectOfAsync(preflight, cancellationToken);
            location = preflight.Settings.Get(SharedSettings.Location)
                ?? throw NotConfigured("LOCATION_NOT_CONFIGURED", "No region for Vertex AI.", "export GOOGLE_CLOUD_LOCATION=us-central1");
            engine = $"projects/{project}/locations/{location}/reasoningEngines/{Uri.EscapeDataString(engine)}";
        }

        var endpoint = preflight.Regional(Product, location);
        using var answer = await preflight.Rest(Product, endpoint).SendAsync(
            HttpMethod.Get, $"/v1beta1/{engine}/{Collection}?pageSize=1", body: null, apiKey: null, cancellationToken);
        return new(endpoint.Authority);
    }
}
