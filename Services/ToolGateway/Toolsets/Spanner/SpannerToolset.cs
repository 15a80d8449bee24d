using Microsoft.Extensions.Options;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Spanner;

/// <summary>Look around in Spanner databases, and query them read-only.</summary>
public sealed class SpannerToolset(
    SpannerClient client, GoogleCloudOptions google, GoogleCredentials credentials, IOptions<SpannerToolsOptions> options, IOptions<ResultLimitOptions> limits) : IToolset
{
    internal const string DatabaseId = "database_id";

    public string Name => "spanner";

    public IReadOnlyList<ITool> Tools { get; } =
    [
        new ListTableNamesTool(client, credentials, DatabaseParameters(google)),
        new ExecuteSqlTool(client, credentials, DatabaseParameters(google), options.Value, limits.Value),
    ];

    /// <summary>Returns <c>projects/p/instances/i/databases/d</c>.</summary>
    internal static async Task<string> DatabaseAsync(ToolArguments arguments, GoogleCredentials google, CancellationToken cancellationToken) =>
        $"{await ResourceNames.InstanceAsync(arguments, google, SpannerClient.Product, cancellationToken)}/databases/{ResourceNames.Part(arguments, DatabaseId)}";

    private static ToolParameter[] DatabaseParameters(GoogleCloudOptions google) =>
    [
        ResourceNames.Project(google, SpannerClient.Product),
        ResourceNames.Id(ResourceNames.InstanceId, "The Spanner instance id."),
        ResourceNames.Id(DatabaseId, "The Spanner database id."),
    ];
}
