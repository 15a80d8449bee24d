using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What <c>postgres-sql</c> and <c>postgres-execute-sql</c> do on a server.</summary>
public sealed class PostgresToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1::int2, -2::int4, 9223372036854775807::int8, 5::oid", "1,-2,9223372036854775807,5")]
    [InlineData("1.10::numeric, 100::numeric, 0.00::numeric(4,2), -0.050::numeric(5,3), 1e30::numeric, 1e-10::numeric, 12345678.9::numeric", "1.10,100,0,-0.050,1000000000000000000000000000000,0.0000000001,12345678.9")]
    [InlineData("-12345678901234567890.123456789::numeric, 10000::numeric, 0.0001::numeric, 99990000.00010000::numeric", "-12345678901234567890.123456789,10000,0.0001,99990000.00010000")]
    [InlineData("'NaN'::numeric, 'NaN'::float8, 'Infinity'::float4, '-Infinity'::float8", "\"NaN\",\"NaN\",\"Infinity\",\"-Infinity\"")]
    [InlineData("0.1::float4, 0.1::float8, 3::float8", "0.1,0.1,3")]
    [InlineData("true, false, null::bool", "true,false,null")]
    [InlineData("'c'::char(3), 'n'::name, 'x'::\"char\", ''::text, E'a\\n\"\\\\'::text", "\"c  \",\"n\",\"x\",\"\",\"a\\n\\\"\\\\\"")]
    [InlineData("'2024-02-29'::date, '0001-01-01'::date, '9999-12-31'::date, 'infinity'::date, '-infinity'::date", "\"2024-02-29T00:00:00Z\",\"0001-01-01T00:00:00Z\",\"9999-12-31T00:00:00Z\",\"infinity\",\"-infinity\"")]
    [InlineData("'12024-02-29'::date, '0044-03-15 BC'::date, '294276-12-31 23:59:59.999999'::timestamp", "\"12024-02-29T00:00:00Z\",\"-0043-03-15T00:00:00Z\",\"294276-12-31T23:59:59.999999Z\"")]
    [InlineData("'2024-02-29 12:34:56.789012'::timestamp, '2024-02-29 12:34:56.5+02'::timestamptz, '1900-01-01+00'::timestamptz", "\"2024-02-29T12:34:56.789012Z\",\"2024-02-29T10:34:56.5Z\",\"1900-01-01T00:00:00Z\"")]
    [InlineData("'12:34:56.789'::time, '24:00'::time, '12:34+02'::timetz", "{\"Microseconds\":45296789000,\"Valid\":true},{\"Microseconds\":86400000000,\"Valid\":true},\"12:34:00+02\"")]
    [InlineData("'1 year 2 months 3 days 04:05:06.5'::interval", "{\"Microseconds\":14706500000,\"Days\":3,\"Months\":14,\"Valid\":true}")]
    [InlineData("'\\xdeadbeef'::bytea, ''::bytea", "\"3q2+7w==\",\"\"")]
    [InlineData("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"")]
    [InlineData("'{\"b\": 1.50}'::json, '[1.50,null]'::jsonb, 'null'::jsonb", "{\"b\": 1.50},[1.50, null],null")]
    [InlineData("'192.168.0.1'::inet, '10.0.0.0/8'::cidr, '::1'::inet", "\"192.168.0.1/32\",\"10.0.0.0/8\",\"::1/128\"")]
    [InlineData("ARRAY[1,2,null], '{}'::text[], ARRAY[[1,2],[3,4]], ARRAY[1.10,2]::numeric[], ARRAY['2024-02-29']::date[], ARRAY['{\"a\":1}']::jsonb[]", "[1,2,null],[],[1,2,3,4],[1.10,2],[\"2024-02-29T00:00:00Z\"],[{\"a\": 1}]")]
    [InlineData("int4range(1,5), point(1,2), 12.34::money, B'101', '<a/>'::xml, 'fat cat'::tsvector, ROW(1,'a'), '08:00:2b:01:02:03'::macaddr", "\"[1,5)\",\"(1,2)\",\"$12.34\",\"101\",\"<a/>\",\"'cat' 'fat'\",\"(1,a)\",\"08:00:2b:01:02:03\"")]
    public async Task A_value_is_written_in_the_form_of_MCP_Toolbox(string expressions, string values)
    {
        await using var gateway = await StartAsync($"value: {{ kind: postgres-sql, source: db, description: d, statement: {System.Text.Json.JsonSerializer.Serialize($"SELECT {expressions}")} }}");

        // Twice: the second time the statement is prepared and its columns are known.
        foreach (var rows in new[] { await gateway.RowsAsync("value"), await gateway.RowsAsync("value") })
        {
            Assert.Equal($"[{{{values}}}]", System.Text.RegularExpressions.Regex.Replace(rows, """(?<=[{,])"[a-z0-9_?]+":(?! )""", match =>
                match.Value is "\"b\":" or "\"a\":" ? match.Value : ""));
            using var parsed = System.Text.Json.JsonDocument.Parse(rows);
        }
    }

    [Fact]
    public async Task Columns_keep_their_order_and_names_even_the_same()
    {
        await using var gateway = await StartAsync("value: { kind: postgres-sql, source: db, description: d, statement: 'SELECT 1 AS z, 2 AS a, 3 AS a, 4' }");

        Assert.Equal("""[{"z":1,"a":2,"a":3,"?column?":4}]""", await gateway.RowsAsync("value"));
    }

    [Theory]
    [InlineData("text", "string", "\"it's \\\"x\\\"\"", "\"it's \\\"x\\\"\"")]
    [InlineData("bigint", "integer", "9007199254740993", "9007199254740993")]
    [InlineData("numeric", "float", "10.50", "10.50")]
    [InlineData("date", "string", "\"2024-02-29\"", "\"2024-02-29T00:00:00Z\"")]
    [InlineData("boolean", "boolean", "false", "false")]
    [InlineData("jsonb", "map", "{\"a\":[1,\"x\"]}", "{\"a\": [1, \"x\"]}")]
    [InlineData("text[]", "array", "[\"a\",\"b\\\"\\\\,{}\",\"\",\"null\"]", "[\"a\",\"b\\\"\\\\,{}\",\"\",\"null\"]")]
    [InlineData("text", "string", "null", "null")]
    public async Task The_server_decides_what_a_parameter_is(string type, string kind, string argument, string value)
    {
        var items = kind is "array" ? ", items: { type: string }" : "";
        await using var gateway = await StartAsync(
            $"take: {{ kind: postgres-sql, source: db, description: d, statement: 'SELECT $1::{type} AS v', parameters: [{{ name: v, type: {kind}, description: d, required: false{items} }}] }}");

        Assert.Equal($$"""[{"v":{{value}}}]""", await gateway.RowsAsync("take", $$"""{"v":{{argument}}}"""));
    }

    [Theory]
    [InlineData("SELECT * FROM missing", "relation \"missing\" does not exist (SQLSTATE 42P01)")]
    [InlineData("SELECT 1 / (3 - n) FROM generate_series(1, 5) n", "division by zero (SQLSTATE 22012)")]
    [InlineData("SELEC 1", "syntax error at or near \"SELEC\" (SQLSTATE 42601)")]
    [InlineData("SELECT 1; SELECT 2", "The text has several statements. Fix: call the tool once for each. (SQLSTATE 42601)")]
    [InlineData("SELECT $1", "bind message supplies 0 parameters, but prepared statement \"\" requires 1 (SQLSTATE 08P01)")]
    [InlineData("SELECT chr(0)", "null character not permitted (SQLSTATE 54000)")]
    public async Task An_error_of_the_statement_is_the_model_s_to_correct(string sql, string problem)
    {
        await using var gateway = await StartAsync("run: { kind: postgres-execute-sql, source: db, description: d }");

        Assert.Equal(problem, await gateway.RefusalAsync("run", System.Text.Json.JsonSerializer.Serialize(new { sql })));
    }

    [Fact]
    public async Task Statements_of_models_leave_nothing_behind_and_no_statement_is_no_rows()
    {
        await using var gateway = await StartAsync("run: { kind: postgres-execute-sql, source: db, description: d }");

        Assert.Equal("[]", await gateway.RowsAsync("run", """{"sql":"SET statement_timeout = '7s'"}"""));
        Assert.Equal("""[{"statement_timeout":"0"}]""", await gateway.RowsAsync("run", """{"sql":"SHOW statement_timeout"}"""));
        Assert.Equal("[]", await gateway.RowsAsync("run", """{"sql":" -- nothing \n ;"}"""));
    }

    [Fact]
    public async Task Rows_end_at_the_limit_and_the_server_stops()
    {
        await using var gateway = await StartAsync("many: { kind: postgres-sql, source: db, description: d, statement: 'SELECT n FROM generate_series(1, 100000000) n', maxRows: 3 }");

        var result = await gateway.CallAsync("many");

        Assert.Equal("""{"rows":[{"n":1},{"n":2},{"n":3}],"truncated":true}""", result.ToString());
        Assert.Equal("""{"rows":[{"n":1},{"n":2},{"n":3}],"truncated":true}""", (await gateway.CallAsync("many")).ToString());
    }

    [Fact]
    public async Task A_cancelled_call_ends_the_statement_in_the_database()
    {
        var mark = $"mark_{Guid.NewGuid():n}";
        await using var gateway = await StartAsync($$"""
            slow: { kind: postgres-sql, source: db, description: d, statement: 'SELECT pg_sleep(300) AS {{mark}}' }
              seen: { kind: postgres-sql, source: db, description: d, statement: "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%{{mark}}%' AND pid <> pg_backend_pid()" }
            """);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);

        var call = gateway.CallAsync("slow", cancellation: caller.Token);
        await SeenAsync(gateway, 1);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await SeenAsync(gateway, 0);
    }

    [Fact]
    public async Task A_slow_tool_does_not_keep_the_others_waiting()
    {
        await using var gateway = await StartAsync("""
            slow: { kind: postgres-sql, source: db, description: d, statement: SELECT pg_sleep(300) }
              fast: { kind: postgres-sql, source: db, description: d, statement: SELECT 1 AS n }
            """);
        await gateway.RowsAsync("fast");
        using var callers = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var slow = Enumerable.Range(0, 40).Select(_ => gateway.CallAsync("slow", cancellation: callers.Token)).ToArray();

        var started = Stopwatch.GetTimestamp();
        Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("fast"));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), "The fast tool waited for the slow one.");
        await callers.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(slow));
    }

    [Fact]
    public async Task A_table_that_changes_under_a_prepared_statement_is_read_as_it_is_now()
    {
        var table = $"t_{Guid.NewGuid():n}";
        await using var gateway = await StartAsync($$"""
            read: { kind: postgres-sql, source: db, description: d, statement: SELECT * FROM {{table}} }
              run: { kind: postgres-execute-sql, source: db, description: d }
            """);
        await gateway.RowsAsync("run", $$"""{"sql":"CREATE TABLE {{table}} AS SELECT 1 AS a"}""");
        await gateway.RowsAsync("read");
        Assert.Equal("""[{"a":1}]""", await gateway.RowsAsync("read"));

        await gateway.RowsAsync("run", $$"""{"sql":"ALTER TABLE {{table}} ADD p point DEFAULT '(1,2)', ADD b numeric DEFAULT 2.50"}""");
        Assert.Equal("""[{"a":1,"p":"(1,2)","b":2.50}]""", await gateway.RowsAsync("read"));
        await gateway.RowsAsync("run", $$"""{"sql":"ALTER TABLE {{table}} DROP a, ALTER b DROP DEFAULT, ALTER b TYPE point USING '(3,4)'::point"}""");
        Assert.Equal("""[{"p":"(1,2)","b":"(3,4)"}]""", await gateway.RowsAsync("read"));
        await gateway.RowsAsync("run", $$"""{"sql":"DROP TABLE {{table}}"}""");
    }

    [Fact]
    public async Task A_server_that_is_down_is_unavailable_and_degrades_health_and_is_used_when_it_is_back()
    {
        await using var server = await PostgresServer.StartOrSkipAsync();
        await using var gateway = new DeclaredGateway(
            Yaml("""
                read: { kind: postgres-sql, source: db, description: d, statement: SELECT 1 AS n }
                  write: { kind: postgres-sql, source: db, description: d, statement: CREATE TABLE IF NOT EXISTS made () }
                """),
            Variables(await server.AddressAsync()));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => gateway.RowsAsync("read")));
        Assert.Equal(HealthStatus.Healthy, (await gateway.HealthAsync()).Status);

        await server.KillAsync();
        var error = await Assert.ThrowsAsync<UnavailableException>(() => gateway.CallAsync("read"));
        Assert.Matches(@"^Source 'db' \(PostgreSQL at '.*'\) does not answer\. Fix: check it with: pg_isready -h \S+ -p [0-9]+$", error.Message);
        var health = await gateway.HealthAsync();
        Assert.Equal((HealthStatus.Degraded, error.Message), (health.Status, health.Description));

        await server.StartAsync();
        Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("read"));

        // Killed and back between two calls: all connections of the pool are broken, and a read does not notice.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => gateway.RowsAsync("read")));
        await server.KillAsync();
        await server.StartAsync();
        Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("read"));
        await gateway.RowsAsync("write");
    }

    [Fact]
    public async Task What_the_user_may_not_do_is_the_operator_s_to_correct()
    {
        await using var gateway = await StartAsync("""
            denied: { kind: postgres-sql, source: db, description: d, statement: SELECT 1 }
            """, settings => settings.Username = "nobody_of_this_name");

        var error = await Assert.ThrowsAsync<UnavailableException>(() => gateway.CallAsync("denied"));

        Assert.Equal("SOURCE_REFUSES", error.Reason);
        Assert.Contains("refuses user 'nobody_of_this_name'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_arguments_are_answered_or_refused_and_never_fail()
    {
        await using var gateway = await StartAsync("""
            take:
                kind: postgres-sql
                source: db
                description: d
                statement: SELECT $1::text AS a, $2::int AS b, $3::numeric AS c, $4::boolean AS d, $5::text[] AS e, $6::jsonb AS f, $7::date AS g
                parameters:
                  - { name: a, type: string, description: d }
                  - { name: b, type: integer, description: d, required: false }
                  - { name: c, type: float, description: d, default: 1.5 }
                  - { name: d, type: boolean, description: d, required: false }
                  - { name: e, type: array, description: d, required: false, items: { type: string } }
                  - { name: f, type: map, description: d, required: false }
                  - { name: g, type: string, description: d, required: false, excludedValues: [x] }
            """);
        var random = new RandomArguments(20261123, ["a", "b", "c", "d", "e", "f", "g"]);
        var answered = 0;
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var arguments = random.Next();
            var result = await gateway.CallAsync("take", arguments);
            answered += result.IsError ? 0 : 1;
            Assert.True(result.ErrorCode is null or "INVALID_ARGUMENT" or "SQL_ERROR", $"{arguments} gave {result}");
            Assert.NotNull(JsonNode.Parse(result.Utf8.Span));
        }

        Assert.True(answered > 50, $"Only {answered} were answered.");
    }

    [Theory]
    [InlineData("SELECT $1::text::int AS a")]
    [InlineData("INSERT INTO spoilt (a) VALUES ($1) RETURNING a")]
    [InlineData("INSERT INTO {{.table}} (a) VALUES ($1) RETURNING a")]
    public async Task A_call_that_is_refused_as_the_first_of_its_connection_leaves_nothing_to_the_next(string statement)
    {
        var templated = statement.Contains('{', StringComparison.Ordinal) ? ", templateParameters: [{ name: table, type: string, description: d, default: spoilt }]" : "";
        var take = $"{{ kind: postgres-sql, source: db, description: d, statement: \"{statement}\", parameters: [{{ name: a, type: string, description: d }}]{templated} }}";
        await using (var gateway = await StartAsync("make: { kind: postgres-sql, source: db, description: d, statement: CREATE TABLE IF NOT EXISTS spoilt (a int CHECK (a > 0)) }"))
        {
            await gateway.CallAsync("make");
        }

        await using var taking = await StartAsync($$"""
            rest: { kind: postgres-sql, source: db, description: d, statement: SELECT pg_sleep(1) }
              take: {{take}}
            """);
        Assert.Equal("""[{"a":1}]""", await taking.RowsAsync("take", """{"a":"1"}"""));
        // Has the connection where the statement is prepared.
        var rest = taking.CallAsync("rest");

        var refused = await taking.CallAsync("take", """{"a":"x"}""");

        Assert.Equal("SQL_ERROR", refused.ErrorCode);
        Assert.Equal("""[{"a":1}]""", await taking.RowsAsync("take", """{"a":"1"}"""));
        Assert.Equal("""[{"a":2}]""", await taking.RowsAsync("take", """{"a":"2"}"""));
        await rest;
    }

    [Fact]
    public async Task A_column_may_have_any_name()
    {
        await using var gateway = await StartAsync("""value: { kind: postgres-sql, source: db, description: d, statement: 'SELECT 1 AS "a""b\c", 2 AS "é<"' }""");

        for (var call = 0; call < 40; call++)
        {
            Assert.Equal("""[{"a\"b\\c":1,"é<":2}]""", await gateway.RowsAsync("value"));
        }
    }

    private static async Task SeenAsync(DeclaredGateway gateway, int count)
    {
        string? last = null;
        using var limit = new CancellationTokenSource(TestTimeouts.Call);
        while (last != $$"""[{"n":{{count}}}]""")
        {
            Assert.False(limit.IsCancellationRequested, $"pg_stat_activity said {last}.");
            last = await gateway.RowsAsync("seen");
        }
    }

    internal static async Task<DeclaredGateway> StartAsync(string tools, Action<NpgsqlConnectionStringBuilder>? change = null)
    {
        var address = new NpgsqlConnectionStringBuilder(await BackingProduct.Postgres.AddressOrSkipAsync(Cancellation));
        change?.Invoke(address);
        return new(Yaml(tools), Variables(address.ConnectionString));
    }

    private static string Yaml(string tools) => $$"""
        sources:
          db: { kind: postgres, host: "${PG_HOST}", port: "${PG_PORT}", user: "${PG_USER}", password: "${PG_PASSWORD:}", database: "${PG_DATABASE}" }
        tools:
          {{tools}}
        """;

    private static (string, string)[] Variables(string connection)
    {
        var address = new NpgsqlConnectionStringBuilder(connection);
        return
        [
            ("PG_HOST", address.Host!), ("PG_PORT", $"{address.Port}"), ("PG_USER", address.Username!), ("PG_PASSWORD", address.Password ?? ""), ("PG_DATABASE", address.Database!),
        ];
    }
}
