using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Integrations;

/// <summary>BigQuery, over its REST API.</summary>
public sealed class BigQueryIntegration : GoogleIntegration
{
    public override GoogleProduct Product { get; } = new(
        Name: "BigQuery",
        Code: "BIGQUERY",
        Host: "bigquery.googleapis.com",
        Api: "bigquery.googleapis.com",
        Role: "roles/bigquery.jobUser",
        EmulatorVariable: "BIGQUERY_EMULATOR_HOST",
        EmulatorCommand: "docker run --rm -p {0}:9050 ghcr.io/goccy/bigquery-emulator --project=<project-id>");

    public override IReadOnlyList<string> Roles => ["roles/bigquery.jobUser on the project that pays", "roles/bigquery.dataViewer on the data"];

    public override string Question => "a dry run of `SELECT 1`, which costs nothing";

    protected override string EmulatorSample => "127.0.0.1:9050";

    protected override IReadOnlyList<Remedy> OwnRemedies =>
        [new("BIGQUERY_NOT_CONFIGURED", IntegrationState.NotConfigured, "no project to run queries in", "export GOOGLE_CLOUD_PROJECT=<project-id>")];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var rest = preflight.Rest(Product);
        var project = await ProjectOfAsync(preflight, cancellationToken, "BIGQUERY_NOT_CONFIGURED");
        using var answer = await rest.SendAsync(
            HttpMethod.Post, $"/bigquery/v2/projects/{project}/queries", """{"query":"SELECT 1","dryRun":true,"useLegacySql":false}""", apiKey: null, cancellationToken);
        return new(rest.Endpoint.Authority, rest.Endpoint.IsEmulator);
    }
}
