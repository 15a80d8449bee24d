using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Runtime.ServiceDefaults.Errors;
using Runtime.Testing;

namespace Runtime.ToolGateway.Tests.ToolFile;

public sealed class SqliteToolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_keep_their_type_and_documents_are_documents()
    {
        await using var gateway = Start("value: { kind: sqlite-sql, source: db, description: d, statement: \"SELECT 1, 2.5, 'x', '12', x'DEADBEEF', NULL, '{\\\"a\\\": [1]}' AS doc, '[not' AS text, 9e999 AS much, 1 AS a, 2 AS a\" }");

        Assert.Equal(
            """[{"1":1,"2.5":2.5,"'x'":"x","'12'":"12","x'DEADBEEF'":"3q2+7w==","NULL":null,"doc":{"a":[1]},"text":"[not","much":"Infinity","a":1,"a":2}]""",
            await gateway.RowsAsync("value"));
    }

    [Fact]
    public async Task Parameters_are_bound_in_their_order_however_they_are_written()
    {
        await using var gateway = Start("""
            take:
                kind: sqlite-sql
                source: db
                description: d
                statement: SELECT ? AS a, :second AS b, ?1 AS c, '?' AS d, $third AS e, :second AS f
                parameters:
                  - { name: one, type: string, description: d }
                  - { name: two, type: float, description: d }
                  - { name: three, type: boolean, description: d }
            """);

        Assert.Equal(
            """[{"a":"it's","b":2.5,"c":"it's","d":"?","e":1,"f":2.5}]""",
            await gateway.RowsAsync("take", """{"one":"it's","two":2.5,"three":true}"""));
    }

    [Fact]
    public async Task A_write_is_there_for_the_next_call_and_an_error_is_the_model_s()
    {
        await using var gateway = Start("run: { kind: sqlite-execute-sql, source: db, description: d }");

        Assert.Equal("[]", await gateway.RowsAsync("run", """{"sql":"CREATE TABLE t (n INTEGER UNIQUE)"}"""));
        Assert.Equal("""[{"n":1}]""", await gateway.RowsAsync("run", """{"sql":"INSERT INTO t VALUES (1) RETURNING n"}"""));
        Assert.Equal("SQLite Error 19: 'UNIQUE constraint failed: t.n'.", await gateway.RefusalAsync("run", """{"sql":"INSERT INTO t VALUES (1)"}"""));
        Assert.Equal("SQLite Error 1: 'no such table: missing'.", await gateway.RefusalAsync("run", """{"sql":"SELECT * FROM missing"}"""));
    }

    [Fact]
    public async Task Writers_wait_for_each_other()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.db");
        await using (var gateway = Start("""
            make: { kind: sqlite-sql, source: db, description: d, statement: CREATE TABLE t (n) }
              add: { kind: sqlite-sql, source: db, description: d, statement: INSERT INTO t VALUES (1) }
              size: { kind: sqlite-sql, source: db, description: d, statement: SELECT count(*) AS n FROM t }
            """, file))
        {
            await gateway.RowsAsync("make");
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gateway.RowsAsync("add")));
            Assert.Equal("""[{"n":50}]""", await gateway.RowsAsync("size"));
        }

        File.Delete(file);
    }

    [Fact]
    public async Task A_cancelled_call_ends_its_statement()
    {
        await using var gateway = Start("endless: { kind: sqlite-sql, source: db, description: d, statement: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n' }");
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        caller.CancelAfter(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.CallAsync("endless", cancellation: caller.Token).WaitAsync(TestTimeouts.Call, Cancellation));
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_unavailable_and_degrades_health()
    {
        await using var gateway = Start("read: { kind: sqlite-sql, source: db, description: d, statement: SELECT * FROM sqlite_master }", "/no/such/folder/x.db");

        var error = await Assert.ThrowsAsync<UnavailableException>(() => gateway.CallAsync("read"));

        Assert.Equal("Source 'db' (SQLite file '/no/such/folder/x.db') cannot be used (SQLite error 14). Fix: check that it is a database that this service may read and write.", error.Message);
        Assert.Equal(HealthStatus.Degraded, (await gateway.HealthAsync()).Status);
    }

    [Fact]
    public async Task Random_arguments_are_answered_or_refused_and_never_fail()
    {
        await using var gateway = Start("""
            take:
                kind: sqlite-sql
                source: db
                description: d
                statement: SELECT ? AS a, ? + 1 AS b, abs(?) AS c, ? AS d, json(?) AS e, ? AS {{.f}}
                parameters:
                  - { name: a, type: string, description: d, required: false }
                  - { name: b, type: integer, description: d, required: false }
                  - { name: c, type: float, description: d, default: 1.5 }
                  - { name: d, type: boolean, description: d, required: false }
                  - { name: e, type: array, description: d, required: false, items: { type: float } }
                  - { name: g, type: map, description: d, required: false, valueType: string }
                templateParameters:
                  - { name: f, type: string, description: d, default: x }
            """);
        var random = new RandomArguments(7, ["a", "b", "c", "d", "e", "f", "g"]);
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var arguments = random.Next();
            var result = await gateway.CallAsync("take", arguments);
            Assert.True(result.ErrorCode is null or "INVALID_ARGUMENT" or "SQL_ERROR", $"{arguments} gave {result}");
            Assert.NotNull(JsonNode.Parse(result.Utf8.Span));
        }
    }

    private static DeclaredGateway Start(string tools, string database = ":memory:") => new($$"""
        sources:
          db: { kind: sqlite, database: "{{database}}" }
        tools:
          {{tools}}
        """);
}
