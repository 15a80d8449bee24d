using System.Text.Json.Nodes;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Connection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Bigtable;

/// <summary>Names the tables of an instance.</summary>
internal sealed class ListTablesTool(BigtableAdminClient admin, GoogleCredentials google, ToolParameter[] instance) : ITool
{
    public ToolDescription Description { get; } = new(
        "bigtable_list_tables",
        "List Bigtable tables",
        "Lists the ids of the tables of a Bigtable instance. Returns {status, results: [table id]}.",
        ToolEffects.Reads,
        instance);

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var ids = await admin.ListTablesAsync(await BigtableToolset.InstanceAsync(call.Arguments, google, cancellationToken), cancellationToken);
        return ToolResult.Success(("results", new JsonArray([.. ids.Select(id => (JsonNode)id)])));
    }
}
