using System.Text.Json.Nodes;
using Google.Cloud.Spanner.Admin.Database.V1;
using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;
using Runtime.Testing;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>Tools of a file on Spanner. What they answer is what MCP Toolbox answers, value for value.</summary>
public sealed class SpannerKindsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_are_written_as_MCP_Toolbox_writes_them()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, DatabaseDialect.GoogleStandardSql);
        await using var gateway = await StartAsync(database, "googlesql", """
              values:
                kind: spanner-sql
                source: db
                description: One value of each type.
                statement: |
                  SELECT 1 AS i, 0.5 AS f, CAST(0.1 AS FLOAT32) AS s, IEEE_DIVIDE(0, 0) AS nan, TRUE AS b, 'ß' AS t, b'\xff' AS y, DATE '2026-02-28' AS d,
                         TIMESTAMP '2026-01-02 03:04:05.123456789Z' AS moment, NUMERIC '1.50' AS n, JSON '{"a": 1}' AS j, [1, NULL] AS list,
                         CAST(NULL AS STRING) AS none, ARRAY(SELECT STRUCT(1 AS x, 'y' AS y)) AS structs
            """);

        var (content, isError) = await gateway.CallAsync("values", new { }, Cancellation);

        Assert.False(isError, content.ToJsonString());
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                [{ "i": "1", "f": 0.5, "s": 0.10000000149011612, "nan": "NaN", "b": true, "t": "ß", "y": "/w==", "d": "2026-02-28", "moment": "2026-01-02T03:04:05.123456789Z",
                   "n": "1.5", "j": "{\"a\":1}", "list": ["1", null], "none": null, "structs": [["1", "y"]] }]
                """),
            content["rows"]), content.ToJsonString());
    }

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task Parameters_of_every_type_are_bound(DatabaseDialect dialect)
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await EmulatedSpanner.CreateDatabaseAsync(services, dialect);
        var postgres = dialect is DatabaseDialect.Postgresql;
        await using var gateway = await StartAsync(database, postgres ? "postgresql" : "googlesql", $$"""
              echo:
                kind: spanner-sql
                source: db
                description: What came.
                statement: SELECT {{(postgres ? "$1 AS t, $2 AS i, $3 AS f, $4 AS b, $5 AS list, $6 AS none" : "@text AS t, @count AS i, @share AS f, @ok AS b, @names AS list, @absent AS none")}}
                parameters:
                  - { name: text, type: string, description: d }
                  - { name: count, type: integer, description: d }
                  - { name: share, type: float, description: d }
                  - { name: ok, type: boolean, description: d }
                  - { name: names, type: array, description: d, items: { name: item, type: string, description: d } }
                  - { name: absent, type: string, description: d, required: false }
            """);

        var (content, isError) = await gateway.CallAsync(
            "echo", new { text = "' OR 1=1 --", count = long.MaxValue, share = 3, ok = true, names = new[] { "a", "b" } }, Cancellation);

        Assert.False(isError, content.ToJsonString());
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""[{ "t": "' OR 1=1 --", "i": "9223372036854775807", "f": 3, "b": true, "list": ["a", "b"], "none": null }]"""), content["rows"]), content.ToJsonString());
    }

    [Theory]
    [InlineData(DatabaseDialect.GoogleStandardSql)]
    [InlineData(DatabaseDialect.Postgresql)]
    public async Task A_statement_that_writes_is_committed_and_returns_its_rows(DatabaseDialect dialect)
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await CreateItemsAsync(services, dialect);
        var postgres = dialect is DatabaseDialect.Postgresql;
        await using var gateway = await StartAsync(database, postgres ? "postgresql" : "googlesql", $$"""
              add:
                kind: spanner-sql
                source: db
                description: Adds an item.
                statement: INSERT INTO items (id, n) VALUES ({{(postgres ? "$1, $2) RETURNING" : "@id, @n) THEN RETURN")}} id
                parameters:
                  - { name: id, type: integer, description: d }
                  - { name: n, type: integer, description: d }
              run:
                kind: spanner-execute-sql
                source: db
                description: Runs anything.
              look:
                kind: spanner-execute-sql
                source: db
                description: Runs queries.
                readOnly: true
            """);

        var (added, _) = await gateway.CallAsync("add", new { id = 1, n = 10 }, Cancellation);
        var (again, isError) = await gateway.CallAsync("add", new { id = 1, n = 10 }, Cancellation);
        var (updated, _) = await gateway.CallAsync("run", new { sql = "UPDATE items SET n = n + 1 WHERE id = 1" }, Cancellation);
        var (refused, isRefused) = await gateway.CallAsync("look", new { sql = "DELETE FROM items WHERE id = 1" }, Cancellation);
        var (read, _) = await gateway.CallAsync("look", new { sql = "SELECT id, n FROM items" }, Cancellation);

        Assert.Equal("""{"rows":[{"id":"1"}]}""", added.ToJsonString());
        Assert.Equal((true, "SQL_ERROR"), (isError, (string?)again["error_code"]));
        Assert.Equal("""{"rows":[]}""", updated.ToJsonString());
        Assert.Equal((true, "SQL_ERROR"), (isRefused, (string?)refused["error_code"]));
        Assert.Equal("""{"rows":[{"id":"1","n":"11"}]}""", read.ToJsonString());
    }

    [Fact]
    public async Task The_schema_is_found_by_a_query_because_queries_run_in_a_snapshot()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);
        await using var gateway = await StartAsync(database, "googlesql", """
              run:
                kind: spanner-execute-sql
                source: db
                description: Runs anything.
            """);

        var (content, isError) = await gateway.CallAsync(
            "run", new { sql = "SELECT t.table_name FROM information_schema.tables AS t WHERE t.table_schema = ''" }, Cancellation);

        Assert.False(isError, content.ToJsonString());
        Assert.Equal("""{"rows":[{"table_name":"items"}]}""", content.ToJsonString());
    }

    [Fact]
    public async Task What_a_tool_does_is_told_truly()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);
        await using var gateway = await StartAsync(database, "googlesql", """
              query:
                kind: spanner-sql
                source: db
                description: d
                statement: SELECT SAFE_CAST(n AS STRING) FROM items
              change:
                kind: spanner-sql
                source: db
                description: d
                statement: UPDATE items SET n = 0 WHERE TRUE
              anything:
                kind: spanner-execute-sql
                source: db
                description: d
              queries:
                kind: spanner-execute-sql
                source: db
                description: d
                annotations: { readOnlyHint: true }
            """);

        var catalogue = gateway.Services.GetRequiredService<LiveCatalogue>().Current;
        var readOnly = catalogue.All.Where(tool => tool.Description.Effects.ReadOnly).Select(tool => tool.Name).ToArray();

        Assert.Contains("query", readOnly);
        Assert.Contains("queries", readOnly);
        Assert.DoesNotContain("change", readOnly);
        Assert.DoesNotContain("anything", readOnly);
    }

    [Fact]
    public async Task Rows_past_the_limits_are_left_out_and_that_is_said()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);
        await using var gateway = await StartAsync(database, "googlesql", """
              few:
                kind: spanner-sql
                source: db
                description: d
                statement: SELECT n FROM UNNEST(GENERATE_ARRAY(1, 100)) AS n ORDER BY n
                maxRows: 3
              large:
                kind: spanner-sql
                source: db
                description: d
                statement: SELECT REPEAT('x', 10000) AS x FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n
              add:
                kind: spanner-sql
                source: db
                description: d
                statement: INSERT INTO items (id, n) SELECT n, n FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n THEN RETURN REPEAT('x', 10000) AS x
            """);

        var (few, _) = await gateway.CallAsync("few", new { }, Cancellation);
        var (large, _) = await gateway.CallAsync("large", new { }, Cancellation);
        var (add, _) = await gateway.CallAsync("add", new { }, Cancellation);

        Assert.Equal("""{"rows":[{"n":"1"},{"n":"2"},{"n":"3"}],"truncated":true}""", few.ToJsonString());
        Assert.InRange(large["rows"]!.AsArray().Count, 90, 110);
        Assert.True((bool?)large["truncated"]);
        Assert.InRange(add["rows"]!.AsArray().Count, 90, 110);
        Assert.True((bool?)add["truncated"]);
    }

    [Fact]
    public async Task A_template_parameter_cannot_end_its_place()
    {
        await using var services = await EmulatedSpanner.ConnectAsync();
        var database = await CreateItemsAsync(services, DatabaseDialect.GoogleStandardSql);
        await using var gateway = await StartAsync(database, "googlesql", """
              pick:
                kind: spanner-sql
                source: db
                description: d
                statement: SELECT {{.column}} FROM {{.table}} WHERE 'x' = {{.text}}
                templateParameters:
                  - { name: column, type: string, description: d }
                  - { name: table, type: string, description: d, escape: backticks }
                  - { name: text, type: string, description: d, escape: single-quotes }
            """);

        var (right, isError) = await gateway.CallAsync("pick", new { column = "n", table = "items", text = "''' OR TRUE -- \\" }, Cancellation);
        var (wrong, isRefused) = await gateway.CallAsync("pick", new { column = "n`x` FROM items --", table = "items", text = "x" }, Cancellation);
        var (absent, isAbsent) = await gateway.CallAsync("pick", new { column = "n", table = "items` WHERE TRUE --", text = "x" }, Cancellation);

        Assert.False(isError, right.ToJsonString());
        Assert.Equal("""{"rows":[]}""", right.ToJsonString());
        Assert.Equal((true, "INVALID_ARGUMENT"), (isRefused, (string?)wrong["error_code"]));
        Assert.Equal((true, "SQL_ERROR"), (isAbsent, (string?)absent["error_code"]));
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_the_operators_to_correct()
    {
        await using var gateway = await StartAsync($"projects/{EmulatedGateway.Project}/instances/absent/databases/shop", "googlesql", """
              one:
                kind: spanner-sql
                source: db
                description: d
                statement: SELECT 1
            """);

        var error = await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => gateway.CallAsync("one", new { }, Cancellation));

        Assert.Equal(Grpc.Core.StatusCode.Unavailable, error.StatusCode);
        Assert.StartsWith("Source 'db' (Spanner 'projects/emulated/instances/absent/databases/shop') is not there.", error.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<EmulatedGateway> StartAsync(string database, string dialect, string tools)
    {
        var parts = database.Split('/');   // projects/p/instances/i/databases/d
        return new(BackingProduct.Spanner.Variable, await BackingProduct.Spanner.AddressOrSkipAsync(Cancellation), $"""
            sources:
              db:
                kind: spanner
                project: {parts[1]}
                instance: {parts[3]}
                database: {parts[5]}
                dialect: {dialect}
            tools:
            {tools}
            """);
    }

    private static Task<string> CreateItemsAsync(IServiceProvider services, DatabaseDialect dialect) => EmulatedSpanner.CreateDatabaseAsync(
        services,
        dialect,
        dialect is DatabaseDialect.Postgresql ? "CREATE TABLE items (id bigint PRIMARY KEY, n bigint)" : "CREATE TABLE items (id INT64, n INT64) PRIMARY KEY (id)");
}
