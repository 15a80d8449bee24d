using System.Text.Json.Nodes;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Spanner;

/// <summary>Names the tables of a database, in either dialect.</summary>
internal sealed class ListTableNamesTool(SpannerClient client, GoogleCredentials google, ToolParameter[] database) : ITool
{
    public ToolDescription Description { get; } = new(
        "spanner_list_table_names",
        "List Spanner tables",
        "Lists the names of the tables of a Spanner database. Returns {status, results: [name]}.",
        ToolEffects.Reads,
        [
            .. database,
            new("named_schema", ParameterKind.String, "The schema to look in; empty for the one that unqualified names are in.") { Default = "" },
        ]);

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var database = await SpannerToolset.DatabaseAsync(call.Arguments, google, cancellationToken);
        var names = await client.ListTablesAsync(database, call.Arguments.Text("named_schema"), cancellationToken);
        return ToolResult.Success(("results", new JsonArray([.. names.Select(name => (JsonNode)name)])));
    }
}
