using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Kinds.Sql;

namespace Runtime.ToolGateway.Sources.Spanner;

/// <summary>A Spanner database. What only reads runs in a snapshot; everything else in a transaction of its own.</summary>
/// <param name="database">Full name: <c>projects/p/instances/i/databases/d</c>.</param>
internal sealed class SpannerSource(string name, string database, SqlDialect dialect, bool readOnly, SpannerClient client) : ISqlSource
{
    // As long as a statement may take; a call has a deadline of its own, which is shorter as a rule.
    private static readonly SpannerTransactionOptions Transaction = new() { Deadline = CallPolicies.Query };

    // Words that make of a query something that a snapshot refuses.
    private static readonly string[] Writing = ["insert", "update", "delete", "get_next_sequence_value", "nextval"];

    private static readonly string[] Reading = ["select", "with", "from", "graph", "values", "table", "("];

    public SqlDialect Dialect => dialect;

    /// <summary>Gets the same database, in which nothing can be written.</summary>
    public SpannerSource ReadOnly => readOnly ? this : new(name, database, dialect, readOnly: true, client);

    /// <remarks>A query of Spanner cannot write, whatever functions it calls, and what is taken for a query here runs where the server refuses to write.</remarks>
    public ToolEffects EffectsOf(IReadOnlyList<SqlToken> tokens) => readOnly || IsQuery(tokens) ? ToolEffects.Reads : SqlEffects.Of(tokens);

    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.QueryAsync(database, new SpannerStatement("SELECT 1"), cancellationToken).CountAsync(cancellationToken);
        }
        catch (NotFoundException error)
        {
            throw Absent(error);
        }
    }

    public async Task<ToolResult?> QueryAsync(SqlQuery query, RowsWriter rows, CancellationToken cancellationToken)
    {
        var statement = SpannerParameters.Bind(query, dialect);
        try
        {
            if (query.Reads || readOnly)
            {
                await WriteAsync(client.QueryAsync(database, statement, cancellationToken), query.MaxRows, rows, cancellationToken);
            }
            else
            {
                // It may run again from its start, so that no row goes out before it is committed.
                var change = await client.ExecuteAsync(database, statement, rows.MaxBytes, Transaction, cancellationToken);
                await WriteAsync(change.Rows.ToAsyncEnumerable(), query.MaxRows, rows, cancellationToken);
                if (change.RowsDropped)
                {
                    rows.Truncate();
                }
            }

            return null;
        }
        catch (NotFoundException error) when (error.Reason is "SPANNER_INSTANCE_NOT_FOUND" or "SPANNER_DATABASE_NOT_FOUND")
        {
            throw Absent(error);
        }
        catch (ServiceException error) when (error is UpstreamException { Status: not Grpc.Core.StatusCode.Internal } or AlreadyExistsException or NotFoundException)
        {
            return ToolResult.CorrectableByModel("SQL_ERROR", error.Message);
        }
    }

    /// <summary>The clients belong to the gateway, and to all databases.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool IsQuery(IReadOnlyList<SqlToken> tokens) =>
        tokens.Count > 0
        && Reading.Any(tokens[0].Is)
        && !SqlEffects.IsSeveral(tokens)
        && !tokens.Any(token => token.IsUnended || Writing.Any(token.Is));

    private static async Task WriteAsync(IAsyncEnumerable<SpannerRow> found, int most, RowsWriter rows, CancellationToken cancellationToken)
    {
        await foreach (var row in found.WithCancellation(cancellationToken))
        {
            if (rows.Count == most)
            {
                rows.Truncate();
                return;
            }

            SpannerJson.Write(rows.BeginRow(), row);
            if (!await rows.EndRowAsync(cancellationToken))
            {
                return;
            }
        }
    }

    private UnavailableException Absent(NotFoundException error) => new($"Source '{name}' (Spanner '{database}') is not there. {error.Message}", reason: "SOURCE_REFUSES", inner: error);
}
