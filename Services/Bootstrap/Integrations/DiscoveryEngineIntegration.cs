using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Examination;
using Runtime.Bootstrap.Settings;
using Runtime.GoogleCloud.Connection;

namespace Runtime.Bootstrap.Integrations;

/// <summary>Vertex AI Search, whose API is Discovery Engine.</summary>
public sealed class DiscoveryEngineIntegration : GoogleIntegration
{
    private const string Form = "projects/<project-id>/locations/global/collections/default_collection/dataStores/<data-store>";
    private const string Section = $"{GoogleVariables.Section}:DiscoveryEngine";

    private static readonly Setting DataStore = new("data store to search, in full", $"{Section}:DataStore") { Sample = Form };

    private static readonly Setting Engine = new("engine to search, in full; wins over the data store", $"{Section}:Engine")
    {
        Sample = "projects/<project-id>/locations/global/collections/default_collection/engines/<engine>",
    };

    private static readonly Setting Location = new("location, where it is to be checked against the one in the name", $"{Section}:Location") { Sample = "global" };

    public override GoogleProduct Product { get; } = new(
        Name: "Discovery Engine",
        Code: "DISCOVERY_ENGINE",
        Host: "discoveryengine.googleapis.com",
        Api: "discoveryengine.googleapis.com",
        Role: "roles/discoveryengine.viewer");

    public override IReadOnlyList<string> Roles => ["roles/discoveryengine.viewer on the project"];

    public override string Endpoint => "discoveryengine.googleapis.com; <location>-discoveryengine.googleapis.com outside global";

    public override string Question => "the data store or engine of the settings";

    protected override IReadOnlyList<Setting> Own => [DataStore, Engine, Location];

    protected override IReadOnlyList<Remedy> OwnRemedies =>
    [
        new("DISCOVERY_ENGINE_NOT_CONFIGURED", IntegrationState.NotConfigured, "neither a data store nor an engine is named, or not in full", $"export {DataStore.Variable}={Form}"),
        new("DISCOVERY_ENGINE_LOCATION_MISMATCH", IntegrationState.Invalid, "the location of the settings is not the one in the name", $"unset {Location.Variable}"),
        new("DISCOVERY_ENGINE_NOT_FOUND", IntegrationState.Invalid, "no such data store or engine", "correct the name in the settings"),
    ];

    public override async Task<ProbeAnswer> ProbeAsync(Preflight preflight, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preflight);

        var setting = preflight.Settings[Engine].IsSet ? Engine : DataStore;
        var name = preflight.Settings.Get(setting)
            ?? throw NotConfigured("DISCOVERY_ENGINE_NOT_CONFIGURED", "No data store and no engine is named.", $"export {DataStore.Variable}={Form}");
        if (name.Split('/') is not ["projects", _, "locations", var location, "collections", _, "dataStores" or "engines", _])
        {
            throw NotConfigured("DISCOVERY_ENGINE_NOT_CONFIGURED", $"'{name}' is no full name.", $"export {setting.Variable}={setting.Sample}");
        }

        if (preflight.Settings.Get(Location) is { } expected && expected != location)
        {
            throw NotConfigured("DISCOVERY_ENGINE_LOCATION_MISMATCH", $"The location is set to '{expected}', and '{name}' is in '{location}'.", $"unset {Location.Variable}");
        }

        var endpoint = preflight.Regional(Product, location);
        using var answer = await preflight.Rest(Product, endpoint).SendAsync(HttpMethod.Get, $"/v1/{name}", body: null, apiKey: null, cancellationToken);
        return new(endpoint.Authority);
    }
}
