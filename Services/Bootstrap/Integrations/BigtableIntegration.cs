using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Cloud Bigtable.</summary>
public sealed class BigtableIntegration : GoogleIntegration
{
    private const string Form = "projects/<project-id>/instances/<instance>";

    private static readonly Setting Instance = new("instance that the probe asks; without it the project's instances are listed", $"{GoogleVariables.Section}:Bigtable:Instance") { Sample = Form };

    public override GoogleProduct Product => BigtableClient.Product;

    public override IReadOnlyList<string> Apis => [BigtableClient.Product.Api, BigtableAdminClient.Product.Api];

    public override IReadOnlyList<string> Roles => ["roles/bigtable.reader on the project or the instance"];

    public override string Question => "its list of instances, or of one instance's tables; of an emulator, its list of tables";

    protected override IReadOnlyList<Setting> Own => [Instance];

    protected override string EmulatorSample => "127.0.0.1:8086";

    protected override IReadOnlyList<Remedy> OwnRemedies =>
    [
        new("BIGTABLE_NOT_CONFIGURED", IntegrationState.NotConfigured, "no emulator, and no project", "export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("PROJECT_NOT_CONFIGURED", IntegrationState.NotConfigured, "a call without project_id, and no default", "export GOOGLE_CLOUD_PROJECT=<project-id>"),
        new("BIGTABLE_EMULATOR_NO_SQL", IntegrationState.Invalid, "a query in SQL was sent to the emulator, which has none; rows are read by key", "unset BIGTABLE_EMULATOR_HOST"),
        new("BIGTABLE_NOT_FOUND", IntegrationState.Invalid, "no such instance or table", "name one that bigtable_list_tables answers"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var endpoint = preflight.EndpointOf(Product);
        var instance = preflight.Settings.Get(Instance);
        if (endpoint.IsEmulator)
        {
            // It takes any instance, and has no list of them.
            instance ??= $"projects/{await preflight.ProjectAsync(cancellationToken) ?? "any"}/instances/any";
        }

        var connection = preflight.Connections.Open(BigtableAdminClient.Product);
        await (instance is not null
            ? ListProbe.AskAsync(connection, "google.bigtable.admin.v2.BigtableTableAdmin", "ListTables", "parent", instance, paged: false, cancellationToken)
            : ListProbe.AskAsync(
                connection, "google.bigtable.admin.v2.BigtableInstanceAdmin", "ListInstances", "parent", $"projects/{await ProjectOfAsync(preflight, cancellationToken, "BIGTABLE_NOT_CONFIGURED")}",
                paged: false, cancellationToken));
        return new(endpoint.Authority, endpoint.IsEmulator);
    }
}
