using System.Runtime.CompilerServices;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf.Collections;
using Google.Rpc;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using BigtableApi = Google.Cloud.Bigtable.V2.Bigtable;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>Cloud Bigtable: queries in GoogleSQL, which only read.</summary>
/// <remarks>An instance is named in full: <c>projects/p/instances/i</c>.</remarks>
public sealed class BigtableSqlClient(GoogleConnection connection) : IDisposable
{
    private const int FailuresInARow = 4;

    private readonly PreparedQueries _prepared = new(connection);

    /// <summary>Runs one query, and hands its rows on as they come. A broken connection neither loses nor doubles one.</summary>
    /// <exception cref="NotSupportedHereException">The emulator is asked, which has no SQL.</exception>
    /// <exception cref="ServiceException">The query was refused, or Bigtable cannot be reached.</exception>
    public async IAsyncEnumerable<BigtableSqlRow> QueryAsync(
        string instance, BigtableStatement statement, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(statement);

        var (batches, columns, failures) = (default(QueryBatches), default(RepeatedField<ColumnMetadata>), 0);
        while (true)
        {
            var prepared = await PrepareAsync(instance, statement, cancellationToken);
            columns ??= prepared.Metadata.ProtoSchema.Columns;
            batches ??= new QueryBatches(columns.Count);

            var request = statement.ToExecute(instance, prepared);
            request.ResumeToken = batches.Token;
            await using var answers = connection.StreamAsync(
                CallPolicies.Query,
                ("name", instance),
                (channel, call) => new BigtableApi.BigtableClient(channel).ExecuteQuery(request, call),
                cancellationToken).GetAsyncEnumerator(cancellationToken);

            var began = false;
            while (true)
            {
                try
                {
                    if (!await answers.MoveNextAsync())
                    {
                        batches.Complete();
                        yield break;
                    }

                    began = true;
                }
                catch (ServiceException error) when (MayGoOn(error, batches, began) && ++failures < FailuresInARow)
                {
                    connection.Restarted(error.Reason, failures + 1);
                    batches.Forget();
                    if (HasExpired(error))
                    {
                        // What is prepared anew may have other columns, and no row of the old ones was handed out.
                        _prepared.Forget(instance, statement);
                        (batches, columns) = (null, null);
                    }

                    break;
                }

                switch (answers.Current.ResponseCase)
                {
                    case ExecuteQueryResponse.ResponseOneofCase.Metadata when batches.Token.IsEmpty:
                        columns = answers.Current.Metadata.ProtoSchema.Columns;
                        batches = new QueryBatches(columns.Count);
                        break;
                    case ExecuteQueryResponse.ResponseOneofCase.Results:
                        foreach (var row in batches.Add(answers.Current.Results))
                        {
                            yield return new BigtableSqlRow(row, columns);
                        }

                        failures = answers.Current.Results.ResumeToken.IsEmpty ? failures : 0;
                        break;
                    case ExecuteQueryResponse.ResponseOneofCase.None:
                    default:
                        break;
                }
            }
        }
    }

    public void Dispose() => _prepared.Dispose();

    private async Task<PrepareQueryResponse> PrepareAsync(string instance, BigtableStatement statement, CancellationToken cancellationToken)
    {
        try
        {
            return await _prepared.GetAsync(instance, statement, cancellationToken);
        }
        catch (NotSupportedHereException) when (connection.IsEmulator)
        {
            throw new NotConfiguredException(
                connection.Product.Name, "BIGTABLE_EMULATOR_NO_SQL", $"The Bigtable emulator at '{connection.Endpoint.Authority}' has no SQL.",
                $"unset {connection.Product.EmulatorVariable}");
        }
    }

    // A stream that had not begun was repeated by the channel already. A plan may be replaced only as long as no token of it was given.
    private static bool MayGoOn(ServiceException error, QueryBatches batches, bool began) =>
        (began && StreamBreak.Is(error)) || (HasExpired(error) && batches.Token.IsEmpty);

    private static bool HasExpired(ServiceException error) =>
        error.InnerException is RpcException { StatusCode: StatusCode.FailedPrecondition } refused
        && refused.GetRpcStatus()?.GetDetail<PreconditionFailure>() is { } why
        && why.Violations.Any(violation => violation.Type switch { "PREPARED_QUERY_EXPIRED" => true, _ => false });
}
