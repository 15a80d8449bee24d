using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Bigtable.Sql;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;
using Entry = Google.Cloud.Bigtable.V2.MutateRowsRequest.Types.Entry;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class BigtableClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_entry_of_a_write_says_what_became_of_it()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<BigtableClient>();
        var table = await CreateTableAsync(services);

        var statuses = await client.MutateRowsAsync(
            table,
            [new Entry { RowKey = Key("a"), Mutations = { Set("f", "q", "1") } }, new Entry { RowKey = Key("b"), Mutations = { Set("absent", "q", "2") } }],
            Cancellation);

        Assert.Equal(StatusCode.OK, (StatusCode)statuses[0].Code);
        Assert.NotEqual(StatusCode.OK, (StatusCode)statuses[1].Code);
        Assert.Equal(["a"], await ReadAsync(client, table, filter: null));
    }

    [Fact]
    public async Task A_table_is_listed_until_it_is_deleted()
    {
        await using var services = await ConnectAsync();
        var admin = services.GetRequiredService<BigtableAdminClient>();
        var table = await CreateTableAsync(services);
        var (instance, id) = (table[..table.IndexOf("/tables/", StringComparison.Ordinal)], table[(table.LastIndexOf('/') + 1)..]);
        Assert.Contains(id, await admin.ListTablesAsync(instance, Cancellation));

        await admin.DeleteTableAsync(table, Cancellation);

        Assert.DoesNotContain(id, await admin.ListTablesAsync(instance, Cancellation));
        await Assert.ThrowsAsync<NotFoundException>(() => admin.DeleteTableAsync(table, Cancellation));
    }

    [Fact]
    public async Task Filters_pass_what_they_say()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<BigtableClient>();
        var table = await CreateTableAsync(services);
        await client.MutateRowAsync(table, Key("a"), [Set("f", "name", "Ada"), Set("f", "city", "Bern")], Cancellation);
        await client.MutateRowAsync(table, Key("b"), [Set("f", "name", "Bob"), Set("g", "city", "Rome")], Cancellation);

        Assert.Equal(["a", "b"], await ReadAsync(client, table, new RowFilter { ColumnQualifierRegexFilter = Key("name") }));
        Assert.Equal(["b"], await ReadAsync(client, table, new RowFilter { FamilyNameRegexFilter = "g" }));
        Assert.Equal(["a"], await ReadAsync(client, table, new RowFilter { ValueRangeFilter = new() { StartValueClosed = Key("B"), EndValueOpen = Key("Bo") } }));
        Assert.Equal(["b"], await ReadAsync(client, table, new RowFilter
        {
            Chain = new() { Filters = { new RowFilter { RowKeyRegexFilter = Key("b.*") }, new RowFilter { CellsPerRowLimitFilter = 1 } } },
        }));
        Assert.Empty(await ReadAsync(client, table, new RowFilter { BlockAllFilter = true }));
    }

    [Fact]
    public async Task Cells_columns_families_and_rows_are_deleted()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<BigtableClient>();
        var table = await CreateTableAsync(services);
        await client.MutateRowAsync(table, Key("a"), [Set("f", "x", "1"), Set("f", "y", "2"), Set("g", "z", "3")], Cancellation);

        await client.MutateRowAsync(table, Key("a"), [new Mutation { DeleteFromColumn = new() { FamilyName = "f", ColumnQualifier = Key("x") } }], Cancellation);
        await client.MutateRowAsync(table, Key("a"), [new Mutation { DeleteFromFamily = new() { FamilyName = "g" } }], Cancellation);
        var row = await client.ReadRowsAsync(table, new RowSet(), filter: null, limit: 0, Cancellation).SingleAsync(Cancellation);
        await client.MutateRowAsync(table, Key("a"), [new Mutation { DeleteFromRow = new() }], Cancellation);

        Assert.Equal("y", Assert.Single(row.Cells).Qualifier.ToStringUtf8());
        Assert.Empty(await ReadAsync(client, table, filter: null));
    }

    [Fact]
    public async Task A_row_is_changed_by_what_is_in_it_as_one_step()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<BigtableClient>();
        var table = await CreateTableAsync(services);
        var claim = new CheckAndMutateRowRequest { TableName = table, RowKey = Key("job"), FalseMutations = { Set("f", "owner", "me") } };

        var first = await client.CheckAndMutateRowAsync(claim, Cancellation);
        var second = await client.CheckAndMutateRowAsync(claim, Cancellation);
        var counted = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.ReadModifyWriteRowAsync(
            table, Key("job"), [new ReadModifyWriteRule { FamilyName = "f", ColumnQualifier = Key("n"), IncrementAmount = 1 }], Cancellation)));

        Assert.Equal((false, true), (first, second));
        Assert.Equal(10, counted.Max(row => row.Families[0].Columns[0].Cells[0].Value[^1]));
    }

    [Fact]
    public async Task A_query_in_SQL_says_that_the_emulator_has_none()
    {
        await using var services = await ConnectAsync();
        var client = services.GetRequiredService<BigtableSqlClient>();

        var error = await Assert.ThrowsAsync<NotConfiguredException>(async () => await client
            .QueryAsync($"projects/{EmulatedGateway.Project}/instances/i", new BigtableStatement("SELECT 1"), Cancellation).CountAsync(Cancellation));

        Assert.Equal("BIGTABLE_EMULATOR_NO_SQL", error.Reason);
    }

    private static async Task<ServiceProvider> ConnectAsync() => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new(BackingProduct.Bigtable.Variable, await BackingProduct.Bigtable.AddressOrSkipAsync(Cancellation))])
            .Build())
        .AddGoogleCloud()
        .BuildServiceProvider();

    private static async Task<string> CreateTableAsync(IServiceProvider services)
    {
        var parent = $"projects/{EmulatedGateway.Project}/instances/{EmulatedGateway.NewId("i")}";
        await services.GetRequiredService<BigtableAdminClient>().CreateTableAsync(parent, "people", ["f", "g"], Cancellation);
        return $"{parent}/tables/people";
    }

    private static async Task<List<string>> ReadAsync(BigtableClient client, string table, RowFilter? filter) => await client
        .ReadRowsAsync(table, new RowSet(), filter, limit: 0, Cancellation).Select(row => row.Key.ToStringUtf8()).ToListAsync(Cancellation);

    private static Mutation Set(string family, string qualifier, string value) => new()
    {
        SetCell = new() { FamilyName = family, ColumnQualifier = Key(qualifier), TimestampMicros = 1000, Value = Key(value) },
    };

    private static ByteString Key(string text) => ByteString.CopyFromUtf8(text);
}
