using System.Text.Json.Nodes;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Spanner;

/// <summary>Runs one query in a read-only snapshot: the server itself refuses a statement that writes.</summary>
internal sealed class ExecuteSqlTool(SpannerClient client, GoogleCredentials google, ToolParameter[] database, SpannerToolsOptions options, ResultLimitOptions limits) : ITool
{
    public ToolDescription Description { get; } = new(
        "spanner_execute_sql",
        "Query Spanner",
        "Runs one read-only SQL query on a Spanner database, in the dialect of the database. Returns {status, rows} with "
        + (options.RowsAsObjects ? "each row an object by column name" : "each row an array in column order")
        + $", at most {options.MaxRows} rows; result_is_likely_truncated is true when there may be more. Whole numbers beyond 2^53, NUMERIC, dates and "
        + "times are strings, BYTES base64.",
        ToolEffects.Reads,
        [.. database, new("query", ParameterKind.String, "The SQL query.") { Required = true, NotEmpty = true }]);

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        var result = await client.QueryAsync(
            await SpannerToolset.DatabaseAsync(call.Arguments, google, cancellationToken),
            call.Arguments.Text("query"),
            parameters: null,
            (count, row) => count >= options.MaxRows || (bytes += row.Sum(value => value.CalculateSize())) >= limits.MaxBytes,
            cancellationToken);

        using var rows = call.Rows(RowsShape.AgentKit);
        foreach (var row in result.Rows)
        {
            JsonNode value = options.RowsAsObjects ? SpannerValues.ToObject(row, result.Columns) : SpannerValues.ToArray(row, result.Columns);
            value.WriteTo(rows.BeginRow());
            if (!await rows.EndRowAsync(cancellationToken))
            {
                break;
            }
        }

        if (result.StoppedEarly)
        {
            rows.Truncate();
        }

        return rows.Complete();
    }
}
