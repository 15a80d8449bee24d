using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Runtime.GoogleCloud.Bigtable;
using static Runtime.Smoke.Framework.SmokeMode;

namespace Runtime.Smoke;

/// <summary>Bigtable through the gateway.</summary>
[Integration("bigtable")]
public sealed class BigtableSmoke(SmokeServices services) : SmokeSuite
{
    private const string Variable = "Integrations__Bigtable__Instance";

    [Theory, RunsIn(Emulator, Live)]
    public async Task Tables_are_listed_and_rows_are_read(SmokeMode mode)
    {
        var gateway = await services.GatewayAsync(mode, BackingProduct.Bigtable, "bigtable");
        // The emulator takes any instance.
        var instance = mode is Live
            ? LiveNeeds.RequireVariable(Variable, $"export {Variable}=projects/<project-id>/instances/<instance>")
            : $"projects/{gateway.Project}/instances/smoke";
        var table = await CreateTableAsync(gateway, instance);
        await gateway.Client<BigtableClient>().MutateRowAsync($"{instance}/tables/{table}", ByteString.CopyFromUtf8("order#1"), [Set("item", "tea")], Cancellation);
        var parts = instance.Split('/');

        var tables = await gateway.CallOverGrpcAsync("bigtable_list_tables", new { project_id = parts[1], instance_id = parts[3] }, Cancellation);
        var read = new { project_id = parts[1], instance_id = parts[3], table_id = table, row_key_prefix = "order#" };
        var overGrpc = await gateway.CallOverGrpcAsync("bigtable_read_rows", read, Cancellation);
        var overMcp = await gateway.CallOverMcpAsync("bigtable_read_rows", read, Cancellation);

        Assert.Contains(table, tables["results"]!.AsArray().Select(name => (string?)name));
        var row = Assert.Single(overGrpc["rows"]!.AsArray())!;
        Assert.Equal(("order#1", "tea"), ((string?)row["row_key"], (string?)row["cells"]![0]!["value"]));
        Assert.Equal(overGrpc["rows"]!.ToJsonString(), overMcp["rows"]!.ToJsonString());
    }

    /// <summary>Creates a table, and deletes what earlier runs left that were killed.</summary>
    private async Task<string> CreateTableAsync(SmokeGateway gateway, string instance)
    {
        var admin = gateway.Client<BigtableAdminClient>();
        await SmokeName.SweepAsync(
            await admin.ListTablesAsync(instance, Cancellation), (old, cancellation) => admin.DeleteTableAsync($"{instance}/tables/{old}", cancellation), Cancellation);
        var table = SmokeName.New();
        Afterwards(cancellation => admin.DeleteTableAsync($"{instance}/tables/{table}", cancellation));
        await admin.CreateTableAsync(instance, table, ["f"], Cancellation);
        return table;
    }

    private static Mutation Set(string qualifier, string value) => new()
    {
        SetCell = new() { FamilyName = "f", ColumnQualifier = ByteString.CopyFromUtf8(qualifier), TimestampMicros = 1000, Value = ByteString.CopyFromUtf8(value) },
    };
}
