using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Cloud Spanner.</summary>
/// <remarks>
/// The least role may read a database and list nothing, so the live probe needs a database to ask; tools name theirs in each call.
/// </remarks>
public sealed class SpannerIntegration : GoogleIntegration
{
    private const string Form = "projects/<project-id>/instances/<instance>/databases/<database>";

    private static readonly Setting Database = new("database that the probe asks; tools name theirs in each call", $"{GoogleVariables.Section}:Spanner:Database") { Sample = Form };

    public override GoogleProduct Product => SpannerClient.Product;

    public override IReadOnlyList<string> Roles => ["roles/spanner.databaseReader on the database"];

    public override string Question => "`SELECT 1` in the database of the settings; of an emulator, its list of instance configurations";

    protected override IReadOnlyList<Setting> Own => [Database];

    protected override string EmulatorSample => "127.0.0.1:9010";

    protected override IReadOnlyList<Remedy> OwnRemedies =>
    [
        new("SPANNER_NOT_CONFIGURED", IntegrationState.NotConfigured, "no emulator, and no database to ask", $"export {Database.Variable}={Form}"),
        new("PROJECT_NOT_CONFIGURED", IntegrationState.NotConfigured, "an emulator, and no project: no project_id in a call, and no default", "export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("SPANNER_DATABASE_NOT_FOUND", IntegrationState.Invalid, "no such database", "gcloud spanner databases create <database> --instance=<instance> --project=<project-id>"),
        new("SPANNER_INSTANCE_NOT_FOUND", IntegrationState.Invalid, "no such instance", "gcloud spanner instances create <instance> --project=<project-id> --config=<config> --description=<instance> --nodes=1"),
        new("SPANNER_REFUSED", IntegrationState.Invalid, "the query is wrong, or it writes: queries run in a read-only snapshot", "correct the query"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var endpoint = preflight.EndpointOf(Product);
        if (preflight.Settings.Get(Database) is { } database)
        {
            if (database.Split('/') is not ["projects", _, "instances", _, "databases", _])
            {
                throw NotConfigured("SPANNER_NOT_CONFIGURED", $"'{database}' is no name of a database.", $"export {Database.Variable}={Form}");
            }

            await preflight.Spanner.QueryAsync(database, "SELECT 1", parameters: null, cancellationToken);
        }
        else if (endpoint.IsEmulator)
        {
            await ListProbe.AskAsync(
                preflight.Connections.Open(Product), "google.spanner.admin.instance.v1.InstanceAdmin", "ListInstanceConfigs", "parent",
                $"projects/{await ProjectOfAsync(preflight, cancellationToken)}", paged: true, cancellationToken);
        }
        else
        {
            throw NotConfigured("SPANNER_NOT_CONFIGURED", "No database is named to ask, and no emulator.", $"export {Database.Variable}={Form}");
        }

        return new(endpoint.Authority, endpoint.IsEmulator);
    }
}
