using Google.Cloud.Bigtable.Admin.V2;
using Runtime.GoogleCloud.Connection;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>Cloud Bigtable's table administration, which has an endpoint of its own except on the emulator.</summary>
/// <remarks>An instance is named in full: <c>projects/p/instances/i</c>.</remarks>
public sealed class BigtableAdminClient(GoogleConnection connection)
{
    public static readonly GoogleProduct Product = BigtableClient.Product with
    {
        Host = "bigtableadmin.googleapis.com",
        Api = "bigtableadmin.googleapis.com",
    };

    /// <summary>Returns the ids of an instance's tables, in order.</summary>
    public async Task<IReadOnlyList<string>> ListTablesAsync(string instance, CancellationToken cancellationToken)
    {
        List<string> ids = [];
        var request = new ListTablesRequest { Parent = instance, View = Table.Types.View.NameOnly };
        do
        {
            var page = await connection.CallAsync(
                CallPolicies.Admin,
                ("parent", instance),
                (channel, call) => new BigtableTableAdmin.BigtableTableAdminClient(channel).ListTablesAsync(request, call),
                cancellationToken);
            ids.AddRange(page.Tables.Select(table => table.Name[(table.Name.LastIndexOf('/') + 1)..]));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    /// <summary>Creates a table with the given column families, each without limits on age or versions.</summary>
    public Task CreateTableAsync(string instance, string tableId, IEnumerable<string> families, CancellationToken cancellationToken)
    {
        var table = new Table();
        foreach (var family in families)
        {
            table.ColumnFamilies[family] = new ColumnFamily();
        }

        var request = new CreateTableRequest { Parent = instance, TableId = tableId, Table = table };
        return connection.CallAsync(
            CallPolicies.Admin,
            ("parent", instance),
            (channel, call) => new BigtableTableAdmin.BigtableTableAdminClient(channel).CreateTableAsync(request, call),
            cancellationToken);
    }

    /// <summary>Deletes a table and all its data, which cannot be taken back.</summary>
    /// <param name="table">Its full name: <c>projects/p/instances/i/tables/t</c>.</param>
    public Task DeleteTableAsync(string table, CancellationToken cancellationToken) => connection.CallAsync(
        CallPolicies.Admin,
        ("name", table),
        (channel, call) => new BigtableTableAdmin.BigtableTableAdminClient(channel).DeleteTableAsync(new DeleteTableRequest { Name = table }, call),
        cancellationToken);
}
