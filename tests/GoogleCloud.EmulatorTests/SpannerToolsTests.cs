using System.Text.Json.Nodes;
using Google.Cloud.Spanner.Admin.Database.V1;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Runtime.GoogleCloud.Spanner;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

public sealed class SpannerToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task Tables_are_listed_in_either_dialect(DatabaseDialect dialect)
    {
        await using var gateway = await StartAsync();
        var (instance, database) = await CreateDatabaseAsync(gateway, dialect, dialect is DatabaseDialect.Postgresql
            ? ["CREATE TABLE orders (id bigint PRIMARY KEY)", "CREATE TABLE customers (id bigint PRIMARY KEY)"]
            : ["CREATE TABLE orders (id INT64) PRIMARY KEY (id)", "CREATE TABLE customers (id INT64) PRIMARY KEY (id)"]);

        var (content, isError) = await gateway.CallAsync("spanner_list_table_names", new { instance_id = instance, database_id = database }, Cancellation);

        Assert.False(isError, content.ToJsonString());
        Assert.Equal("""{"status":"SUCCESS","results":["customers","orders"]}""", content.ToJsonString());
    }

    [Fact]
    public async Task Every_type_comes_back_exactly()
    {
        await using var gateway = await StartAsync();
        var (instance, database) = await CreateDatabaseAsync(gateway, DatabaseDialect.GoogleStandardSql, []);

        var rows = await QueryAsync(gateway, instance, database, """
            SELECT 1, 9007199254740993, 0.5, CAST('NaN' AS FLOAT64), TRUE, 'ß', b'\x00\xff', NUMERIC '0.10', DATE '2026-01-02',
              TIMESTAMP '2026-01-02T03:04:05.123456789Z', JSON '{"a":[1,null]}', [1, NULL, 3], ARRAY(SELECT AS STRUCT 1 AS a, 'x' AS b), CAST(NULL AS STRING)
            """);

        Assert.Equal(
            """[[1,"9007199254740993",0.5,"NaN",true,"\u00DF","AP8=","0.1","2026-01-02","2026-01-02T03:04:05.123456789Z",{"a":[1,null]},[1,null,3],[{"a":1,"b":"x"}],null]]""",
            rows.ToJsonString());
    }

    [Fact]
    public async Task A_value_that_comes_in_many_pieces_is_whole()
    {
        await using var gateway = await StartAsync();
        var (instance, database) = await CreateDatabaseAsync(gateway, DatabaseDialect.GoogleStandardSql, []);
        var name = DatabaseName(instance, database);

        var result = await gateway.Services.GetRequiredService<SpannerClient>().QueryAsync(
            name, "SELECT REPEAT('0123456789', 90000), ARRAY(SELECT REPEAT('ab', 100000) FROM UNNEST(GENERATE_ARRAY(1, 4)))", parameters: null, Cancellation);

        var row = Assert.Single(result.Rows);
        Assert.Equal(900_000, row[0].StringValue.Length);
        Assert.Equal(4, row[1].ListValue.Values.Count);
        Assert.All(row[1].ListValue.Values, item => Assert.Equal(200_000, item.StringValue.Length));
    }

    [Fact]
    public async Task More_rows_than_the_limit_are_cut_off_and_said_to_be()
    {
        await using var gateway = await StartAsync();
        var (instance, database) = await CreateDatabaseAsync(gateway, DatabaseDialect.GoogleStandardSql, []);

        var (content, isError) = await gateway.CallAsync(
            "spanner_execute_sql",
            new { instance_id = instance, database_id = database, query = "SELECT a, b FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS a, UNNEST(GENERATE_ARRAY(1, 100)) AS b" },
            Cancellation);

        Assert.False(isError, content.ToJsonString());
        Assert.Equal(50, content["rows"]!.AsArray().Count);
        Assert.True((bool?)content["result_is_likely_truncated"]);
    }

    [Fact]
    public async Task Rows_that_were_committed_are_read_and_a_statement_that_writes_is_refused()
    {
        await using var gateway = await StartAsync();
        var (instance, database) = await CreateDatabaseAsync(
            gateway, DatabaseDialect.GoogleStandardSql, ["CREATE TABLE orders (id INT64, item STRING(MAX)) PRIMARY KEY (id)"]);
        var write = new Mutation.Types.Write { Table = "orders", Columns = { "id", "item" } };
        write.Values.Add(Value.ForList(Value.ForString("1"), Value.ForString("tea")).ListValue);
        await gateway.Services.GetRequiredService<SpannerClient>().CommitAsync(
            DatabaseName(instance, database), [new Mutation { Insert = write }], Cancellation);

        var (refused, isError) = await gateway.CallAsync(
            "spanner_execute_sql", new { instance_id = instance, database_id = database, query = "DELETE FROM orders WHERE TRUE" }, Cancellation);
        var rows = await QueryAsync(gateway, instance, database, "SELECT id, item FROM orders");

        Assert.True(isError, refused.ToJsonString());
        Assert.Equal("""[[1,"tea"]]""", rows.ToJsonString());
    }

    [Fact]
    public async Task What_the_model_can_correct_is_an_answer()
    {
        await using var gateway = await StartAsync();
        var (instance, database) = await CreateDatabaseAsync(gateway, DatabaseDialect.GoogleStandardSql, []);

        var (syntax, _) = await gateway.CallAsync(
            "spanner_execute_sql", new { instance_id = instance, database_id = database, query = "SELEC 1" }, Cancellation);
        var (missing, _) = await gateway.CallAsync(
            "spanner_execute_sql", new { instance_id = instance, database_id = "absent", query = "SELECT 1" }, Cancellation);

        Assert.Equal("SPANNER_REFUSED", (string?)syntax["error_code"]);
        Assert.Contains("SELEC", (string?)syntax["error_details"], StringComparison.Ordinal);
        Assert.Equal("SPANNER_DATABASE_NOT_FOUND", (string?)missing["error_code"]);
        Assert.Contains($"gcloud spanner databases create absent --instance={instance}", (string?)missing["error_details"], StringComparison.Ordinal);
    }

    private static async Task<EmulatedGateway> StartAsync() =>
        new(BackingProduct.Spanner.Variable, await BackingProduct.Spanner.AddressOrSkipAsync(Cancellation));

    private static async Task<(string Instance, string Database)> CreateDatabaseAsync(EmulatedGateway gateway, DatabaseDialect dialect, string[] schema)
    {
        var admin = gateway.Services.GetRequiredService<SpannerAdminClient>();
        var (instance, database) = (EmulatedGateway.NewId("i"), "shop");
        await admin.CreateInstanceAsync(EmulatedGateway.Project, instance, "emulator-config", Cancellation);
        await admin.CreateDatabaseAsync($"projects/{EmulatedGateway.Project}/instances/{instance}", database, dialect, Cancellation);
        if (schema.Length > 0)
        {
            await admin.ChangeSchemaAsync(DatabaseName(instance, database), schema, Cancellation);
        }

        return (instance, database);
    }

    private static string DatabaseName(string instance, string database) => $"projects/{EmulatedGateway.Project}/instances/{instance}/databases/{database}";

    private static async Task<JsonArray> QueryAsync(EmulatedGateway gateway, string instance, string database, string query)
    {
        var (content, isError) = await gateway.CallAsync(
            "spanner_execute_sql", new { instance_id = instance, database_id = database, query }, Cancellation);
        Assert.False(isError, content.ToJsonString());
        return content["rows"]!.AsArray();
    }
}
