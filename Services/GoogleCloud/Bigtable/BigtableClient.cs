using System.Runtime.CompilerServices;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Grpc.Core;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using BigtableApi = Google.Cloud.Bigtable.V2.Bigtable;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>Cloud Bigtable: reading and writing rows.</summary>
/// <remarks>A table is named in full: <c>projects/p/instances/i/tables/t</c>.</remarks>
public sealed class BigtableClient(GoogleConnection connection)
{
    public static readonly GoogleProduct Product = new(
        Name: "Bigtable",
        Code: "BIGTABLE",
        Host: "bigtable.googleapis.com",
        Api: "bigtable.googleapis.com",
        Role: "roles/bigtable.reader",
        EmulatorVariable: "BIGTABLE_EMULATOR_HOST",
        EmulatorCommand: "gcloud beta emulators bigtable start --host-port={0}");

    private const int FailuresInARow = 3;

    /// <summary>Reads rows in key order. A broken stream goes on after the last row that arrived.</summary>
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
                catch (UnavailableException error) when (began && ++failures < FailuresInARow)
                {
                    connection.Restarted(error.Reason, failures + 1);
                    break;
                }

                foreach (var row in merger.Add(answers.Current))
                {
                    failures = 0;
                    yield return row;
                    if (limit > 0 && --left is 0)
                    {
                        yield break;
                    }
                }
            }

            rest = RowSelection.After(rest, merger.LastKey);
        }
    }

    /// <summary>Changes one row, all of it or nothing. Sent once, because a change stamped with the server's clock would be stored twice.</summary>
    public Task MutateRowAsync(string table, ByteString key, IEnumerable<Mutation> mutations, CancellationToken cancellationToken)
    {
        var request = new MutateRowRequest { TableName = table, RowKey = key, Mutations = { mutations } };
        return connection.CallAsync(
            CallPolicies.Data,
            ("table_name", table),
            (channel, call) => new BigtableApi.BigtableClient(channel).MutateRowAsync(request, call),
            cancellationToken);
    }

    /// <summary>Changes several rows; each is all or nothing by itself.</summary>
    /// <exception cref="UpstreamException">At least one row was refused; the others may have been written.</exception>
    public async Task MutateRowsAsync(string table, IEnumerable<MutateRowsRequest.Types.Entry> entries, CancellationToken cancellationToken)
    {
        var request = new MutateRowsRequest { TableName = table, Entries = { entries } };
        var answers = connection.StreamAsync(
            CallPolicies.Data,
            ("table_name", table),
            (channel, call) => new BigtableApi.BigtableClient(channel).MutateRows(request, call),
            cancellationToken);
        await foreach (var answer in answers)
        {
            if (answer.Entries.FirstOrDefault(entry => entry.Status is { Code: not 0 }) is { } refused)
            {
                throw new UpstreamException(
                    $"Bigtable refused the change of row {refused.Index}: {refused.Status.Message}",
                    (StatusCode)refused.Status.Code,
                    "BIGTABLE_REFUSED");
            }
        }
    }
}
