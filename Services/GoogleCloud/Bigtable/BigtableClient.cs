using System.Runtime.CompilerServices;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Google.Rpc;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using BigtableApi = Google.Cloud.Bigtable.V2.Bigtable;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>Cloud Bigtable: reading and writing rows by key.</summary>
/// <remarks>A table is named in full: <c>projects/p/instances/i/tables/t</c>.</remarks>
public sealed class BigtableClient(GoogleConnection connection, TimeProvider time)
{
    public static readonly GoogleProduct Product = new(
        Name: "Bigtable",
        Code: "BIGTABLE",
        Host: "bigtable.googleapis.com",
        Api: "bigtable.googleapis.com",
        Role: "roles/bigtable.reader",
        EmulatorVariable: "BIGTABLE_EMULATOR_HOST",
        EmulatorCommand: "gcloud beta emulators bigtable start --host-port={0}");

    private const int FailuresInARow = 4;

    /// <summary>Reads rows in key order. A broken stream goes on after the last row that arrived, or that the filter dropped.</summary>
    /// <param name="table">Full name of the table.</param>
    /// <param name="rows">Which rows; an empty set means all.</param>
    /// <param name="filter">Which cells; null for all.</param>
    /// <param name="limit">Most rows to read; zero for all.</param>
    public async IAsyncEnumerable<BigtableRow> ReadRowsAsync(
        string table, RowSet rows, RowFilter? filter, long limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);

        var left = limit;
        var rest = rows;
        var failures = 0;
        while (rest is not null)
        {
            var request = new ReadRowsRequest { TableName = table, Rows = rest, Filter = filter, RowsLimit = left };
            var merger = new RowMerger();
            await using var answers = connection.StreamAsync(
                CallPolicies.Query,
                ("table_name", table),
                (channel, call) => new BigtableApi.BigtableClient(channel).ReadRows(request, call),
                cancellationToken).GetAsyncEnumerator(cancellationToken);

            var began = false;
            while (true)
            {
                try
                {
                    if (!await answers.MoveNextAsync())
                    {
                        merger.Complete();
                        yield break;
                    }

                    began = true;
                }
                catch (ServiceException error) when (began && StreamBreak.Is(error) && ++failures < FailuresInARow)
                {
                    // A stream that had not begun was repeated by the channel already.
                    connection.Restarted(error.Reason, failures + 1);
                    break;
                }

                foreach (var row in merger.Add(answers.Current))
                {
                    yield return row;
                    if (limit > 0 && --left is 0)
                    {
                        yield break;
                    }
                }

                failures = merger.LastKey.IsEmpty ? failures : 0;
            }

            rest = RowSelection.After(rest, merger.LastKey);
        }
    }

    /// <summary>Changes one row, all of it or nothing.</summary>
    /// <remarks>Repeated when nobody answers, unless the server's clock stamps a cell: then it could be stored twice.</remarks>
    public async Task MutateRowAsync(string table, ByteString key, IEnumerable<Mutation> mutations, CancellationToken cancellationToken)
    {
        var request = new MutateRowRequest { TableName = table, RowKey = key, Mutations = { mutations } };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await connection.CallAsync(
                    CallPolicies.Data,
                    ("table_name", table),
                    (channel, call) => new BigtableApi.BigtableClient(channel).MutateRowAsync(request, call),
                    cancellationToken);
                return;
            }
            catch (ServiceException error) when (StreamBreak.Is(error) && attempt < FailuresInARow && RowMutations.MayRepeat(request.Mutations))
            {
                connection.Restarted(error.Reason, attempt + 1);
                await Task.Delay(Backoff.Jittered(attempt), time, cancellationToken);
            }
        }
    }

    /// <summary>Changes several rows; each is all or nothing by itself. What failed for the moment is sent again where that is safe.</summary>
    /// <returns>What became of each entry, in their order: <c>OK</c> for one that was written.</returns>
    /// <exception cref="ServiceException">The call as a whole was refused, or nobody answered.</exception>
    public Task<IReadOnlyList<Status>> MutateRowsAsync(
        string table, IEnumerable<MutateRowsRequest.Types.Entry> entries, CancellationToken cancellationToken) =>
        new RowMutations(connection, time, table, [.. entries]).ApplyAsync(cancellationToken);

    /// <summary>Looks whether a filter lets a cell of the row through, and changes the row by the answer, as one step. Sent once.</summary>
    /// <param name="request">The row, the filter, and what to do in both cases.</param>
    /// <returns>Whether the filter let a cell through.</returns>
    public async Task<bool> CheckAndMutateRowAsync(CheckAndMutateRowRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await connection.CallAsync(
            CallPolicies.Data,
            ("table_name", request.TableName),
            (channel, call) => new BigtableApi.BigtableClient(channel).CheckAndMutateRowAsync(request, call),
            cancellationToken);
        return answer.PredicateMatched;
    }

    /// <summary>Appends to cells of a row, or adds to them, as one step. Sent once: a repetition would add again.</summary>
    /// <returns>The cells as they are now.</returns>
    public async Task<Row> ReadModifyWriteRowAsync(
        string table, ByteString key, IEnumerable<ReadModifyWriteRule> rules, CancellationToken cancellationToken)
    {
        var request = new ReadModifyWriteRowRequest { TableName = table, RowKey = key, Rules = { rules } };
        var answer = await connection.CallAsync(
            CallPolicies.Data,
            ("table_name", table),
            (channel, call) => new BigtableApi.BigtableClient(channel).ReadModifyWriteRowAsync(request, call),
            cancellationToken);
        return answer.Row;
    }
}
