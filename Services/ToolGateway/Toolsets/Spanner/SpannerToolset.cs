using Microsoft.Extensions.Options;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Spanner;

/// <summary>Look around in Spanner databases, and query them read-only.</summary>
public sealed class SpannerToolset(
    SpannerClient client, GoogleCloudOptions google, IOptions<SpannerToolsOptions> options, IOptions<ResultLimitOptions> limits) : IToolset
{
    internal const string DatabaseId = "database_id";

    public string Name => "spanner";

    public IReadOnlyList<ITool> Tools { get; } =
    [
        new ListTableNamesTool(client, DatabaseParameters(google)),
        new ExecuteSqlTool(client, DatabaseParameters(google), options.Value, limits.Value),
    ];

    /// <summary>Returns <c>projects/p/instances/i/databases/d</c>.</summary>
    internal static string Database(ToolArguments arguments) =>
        $"{ResourceNames.Instance(arguments)}/databases/{ResourceNames.Part(arguments, DatabaseId)}";

    private static ToolParameter[] DatabaseParameters(GoogleCloudOptions google) =>
    [
        ResourceNames.Project(google, SpannerClient.Product),
        ResourceNames.Id(ResourceNames.InstanceId, "The Spanner instance id."),
        ResourceNames.Id(DatabaseId, "The Spanner database id."),
    ];
}
