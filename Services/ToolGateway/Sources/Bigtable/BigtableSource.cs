using Runtime.GoogleCloud.Bigtable.Sql;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.Bigtable;

/// <summary>A Bigtable instance and its SQL, which only reads.</summary>
/// <param name="instance">Full name: <c>projects/p/instances/i</c>.</param>
internal sealed class BigtableSource(string name, string instance, BigtableSqlClient client) : ISqlSource
{
    public SqlDialect Dialect => SqlDialect.GoogleSql;

    public ToolEffects EffectsOf(IReadOnlyList<SqlToken> tokens) => ToolEffects.Reads;

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.QueryAsync(instance, new BigtableStatement("SELECT 1"), cancellationToken).CountAsync(cancellationToken);
        }
        catch (NotFoundException error)
        {
            throw Absent(error);
        }
    }

    public async Task<ToolResult?> QueryAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var row in client.QueryAsync(instance, BigtableParameters.Bind(query), cancellationToken))
            {
                if (rows.Count == query.MaxRows)
                {
                    rows.Truncate();
                    break;
                }

                BigtableJson.Write(rows.BeginRow(), row);
                if (!await rows.EndRowAsync(cancellationToken))
                {
                    break;
                }
            }

            return null;
        }
        catch (UpstreamException error) when (error.Status is not Grpc.Core.StatusCode.Internal)
        {
            return ToolResult.CorrectableByModel("SQL_ERROR", error.Message);
        }
        catch (NotFoundException error)
        {
            throw Absent(error);
        }
    }

    /// <summary>The clients belong to the gateway, and to all instances.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private UnavailableException Absent(NotFoundException error) => new($"Source '{name}' (Bigtable '{instance}') is not there. {error.Message}", reason: "SOURCE_REFUSES", inner: error);
}
