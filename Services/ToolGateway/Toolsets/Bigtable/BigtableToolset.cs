using Microsoft.Extensions.Options;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Connection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Bigtable;

/// <summary>Look around in Bigtable instances, and read rows.</summary>
public sealed class BigtableToolset(
    BigtableClient client,
    BigtableAdminClient admin,
    GoogleCloudOptions google,
    IOptions<BigtableToolsOptions> options) : IToolset
{
    public string Name => "bigtable";

    public IReadOnlyList<ITool> Tools { get; } =
    [
        new ListTablesTool(admin, InstanceParameters(google)),
        new ReadRowsTool(client, InstanceParameters(google), options.Value),
    ];

    private static ToolParameter[] InstanceParameters(GoogleCloudOptions google) =>
    [
        ResourceNames.Project(google, BigtableClient.Product),
        ResourceNames.Id(ResourceNames.InstanceId, "The Bigtable instance id."),
    ];
}
