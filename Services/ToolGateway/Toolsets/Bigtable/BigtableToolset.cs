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
    GoogleCredentials credentials,
    IOptions<BigtableToolsOptions> options) : IToolset
{
    public string Name => "bigtable";

    public IReadOnlyList<ITool> Tools { get; } =
    [
        new ListTablesTool(admin, credentials, InstanceParameters(google)),
        new ReadRowsTool(client, credentials, InstanceParameters(google), options.Value),
    ];

    /// <summary>Returns <c>projects/p/instances/i</c>.</summary>
    internal static Task<string> InstanceAsync(ToolArguments arguments, GoogleCredentials google, CancellationToken cancellationToken) =>
        ResourceNames.InstanceAsync(arguments, google, BigtableClient.Product, cancellationToken);

    private static ToolParameter[] InstanceParameters(GoogleCloudOptions google) =>
    [
        ResourceNames.Project(google, BigtableClient.Product),
        ResourceNames.Id(ResourceNames.InstanceId, "The Bigtable instance id."),
    ];
}
