using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What <c>mysql-sql</c> does on MariaDB.</summary>
public sealed class MySqlToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_have_the_forms_of_MCP_Toolbox()
    {
        await using var gateway = await StartAsync("""
            run: { kind: mysql-execute-sql, source: db, description: d }
            """);
        var table = $"t_{Guid.NewGuid():n}";
        await RunAsync(gateway, $"""
            CREATE TABLE {table} (i int, big bigint unsigned, flag tinyint(1), d decimal(10,2), f float, g double, day date, moment datetime(6), time time, word varchar(20), bytes varbinary(4),
            bits bit(8), kind enum('a','b'), year year)
            """);
        await RunAsync(gateway, $"INSERT INTO {table} VALUES (-1, 18446744073709551615, 1, 10.50, 0.5, 1e21, '2024-02-29', '2024-02-29 12:34:56.5', '-100:00:01', 'it''s é', x'FF00FF00', b'101', 'b', 2024), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");

        Assert.Equal(
            """
            [{"i":-1,"big":18446744073709551615,"flag":1,"d":"10.50","f":0.5,"g":1E+21,"day":"2024-02-29T00:00:00Z","moment":"2024-02-29T12:34:56.5Z","time":"-100:00:01","word":"it's é","bytes":"/wD/AA==","bits":5,"kind":"b","year":2024},
            {"i":null,"big":null,"flag":null,"d":null,"f":null,"g":null,"day":null,"moment":null,"time":null,"word":null,"bytes":null,"bits":null,"kind":null,"year":null}]
            """.ReplaceLineEndings(""),
            await RunAsync(gateway, $"SELECT * FROM {table}"));
        await RunAsync(gateway, $"DROP TABLE {table}");
    }

    [Fact]
    public async Task Parameters_are_bound_and_template_parameters_stay_in_their_place()
    {
        await using var gateway = await StartAsync("""
            take:
                kind: mysql-sql
                source: db
                description: d
                statement: SELECT ? AS a, ? + 1 AS b, {{.text}} AS c, {{.name}} FROM (SELECT 1 AS `odd ``name`) t
                parameters:
                  - { name: a, type: string, description: d }
                  - { name: b, type: integer, description: d }
                templateParameters:
                  - { name: text, type: string, description: d, escape: single-quotes }
                  - { name: name, type: string, description: d, escape: backticks }
            """);

        Assert.Equal(
            """[{"a":"\\' OR 1=1 -- ","b":3,"c":"\\' OR 1=1 -- ","odd `name":1}]""",
            await gateway.RowsAsync("take", """{"a":"\\' OR 1=1 -- ","b":2,"text":"\\' OR 1=1 -- ","name":"odd `name"}"""));
    }

    [Theory]
    [InlineData("SELECT * FROM missing", "missing' doesn't exist (SQLSTATE 42S02)")]
    [InlineData("SELEC 1", "(SQLSTATE 42000)")]
    public async Task An_error_of_the_statement_is_the_model_s_to_correct(string sql, string problem)
    {
        await using var gateway = await StartAsync("run: { kind: mysql-execute-sql, source: db, description: d }");

        Assert.EndsWith(problem, await gateway.RefusalAsync("run", System.Text.Json.JsonSerializer.Serialize(new { sql })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_end_at_the_limit()
    {
        await using var gateway = await StartAsync("many: { kind: mysql-sql, source: db, description: d, statement: 'SELECT seq AS n FROM seq_1_to_10000000', maxRows: 2 }");

        Assert.Equal("""{"rows":[{"n":1},{"n":2}],"truncated":true}""", (await gateway.CallAsync("many")).ToString());
    }

    [Fact]
    public async Task A_cancelled_call_ends_its_statement()
    {
        await using var gateway = await StartAsync("slow: { kind: mysql-sql, source: db, description: d, statement: SELECT sleep(300) }");
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        caller.CancelAfter(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.CallAsync("slow", cancellation: caller.Token).WaitAsync(TestTimeouts.Call, Cancellation));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable_and_degrades_health()
    {
        await using var gateway = new DeclaredGateway("""
            sources: { db: { kind: mysql, host: 127.0.0.1, port: 1, user: me, password: secret, database: d } }
            tools: { read: { kind: mysql-sql, source: db, description: d, statement: SELECT 1 } }
            """);

        var error = await Assert.ThrowsAsync<UnavailableException>(() => gateway.CallAsync("read"));

        Assert.StartsWith("Source 'db' (MySQL at '127.0.0.1:1') does not answer", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, (await gateway.HealthAsync()).Status);
    }

    [Fact]
    public async Task Random_arguments_are_answered_or_refused_and_never_fail()
    {
        await using var gateway = await StartAsync("""
            take:
                kind: mysql-sql
                source: db
                description: d
                statement: SELECT ? AS a, ? + 1 AS b, abs(?) AS c, ? AS d, ? AS e, ? AS f
                parameters:
                  - { name: a, type: string, description: d, required: false }
                  - { name: b, type: integer, description: d, required: false }
                  - { name: c, type: float, description: d, default: 1.5 }
                  - { name: d, type: boolean, description: d, required: false }
                  - { name: e, type: array, description: d, required: false, items: { type: integer } }
                  - { name: f, type: map, description: d, required: false }
            """);
        var random = new RandomArguments(11, ["a", "b", "c", "d", "e", "f"]);
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var arguments = random.Next();
            var result = await gateway.CallAsync("take", arguments);
            Assert.True(result.ErrorCode is null or "INVALID_ARGUMENT" or "SQL_ERROR", $"{arguments} gave {result}");
            Assert.NotNull(JsonNode.Parse(result.Utf8.Span));
        }
    }

    private static async Task<string> RunAsync(DeclaredGateway gateway, string sql) => await gateway.RowsAsync("run", System.Text.Json.JsonSerializer.Serialize(new { sql }));

    private static async Task<DeclaredGateway> StartAsync(string tools)
    {
        var address = new Uri(await BackingProduct.MariaDb.AddressOrSkipAsync(Cancellation));
        var user = address.UserInfo.Split(':');
        return new($$"""
            sources:
              db: { kind: mysql, host: {{address.Host}}, port: {{address.Port}}, user: {{user[0]}}, password: "{{Uri.UnescapeDataString(user[1])}}", database: {{address.AbsolutePath[1..]}}, queryTimeout: 30s }
            tools:
              {{tools}}
            """);
    }
}
