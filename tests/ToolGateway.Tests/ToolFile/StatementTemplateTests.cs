using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>What template parameters can do to a statement, on a database whose answer shows it.</summary>
public sealed class StatementTemplateTests
{
    private const string Tools = """
        sources: { db: { kind: sqlite, database: ':memory:' } }
        tools:
          make: { kind: sqlite-sql, source: db, description: d, statement: 'CREATE TABLE secret AS SELECT 42 AS number' }
          literal:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT {{.text}} AS v, 1 AS last
            templateParameters: [{ name: text, type: string, description: d, escape: single-quotes }]
          name:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT v AS {{.name}}, 1 AS last FROM (SELECT 'x' AS v)
            templateParameters: [{ name: name, type: string, description: d, escape: double-quotes }]
          brackets:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT v AS {{.name}}, 1 AS last FROM (SELECT 'x' AS v)
            templateParameters: [{ name: name, type: string, description: d, escape: backticks }]
          inside:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT 'a {{.text}} b' AS v, 1 AS last
            templateParameters: [{ name: text, type: string, description: d }]
          plain:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT {{.value}} AS v, 1 AS last
            templateParameters: [{ name: value, type: string, description: d }]
          numbers:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT 5 -{{.number}} AS v, 1 AS last
            templateParameters: [{ name: number, type: integer, description: d }]
          columns:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT {{array .columns}} FROM secret
            templateParameters: [{ name: columns, type: array, description: d, items: { type: string, escape: double-quotes } }]
          table:
            kind: sqlite-sql
            source: db
            description: d
            statement: SELECT * FROM {{/* a note */ -}} {{ .table }}
            templateParameters: [{ name: table, type: string, description: d, allowedValues: [secret, 'secret AS s', '[a-z; ]+'] }]
        """;

    // Letters that end, begin or escape something in some dialect, and some that do not.
    private const string Letters = "''\"\"``[]\\;-/*$(),.%#@ \n\t\0aZ0_é😀";

    [Theory]
    [InlineData("literal", "text")]
    [InlineData("name", "name")]
    [InlineData("brackets", "name")]
    [InlineData("inside", "text")]
    [InlineData("plain", "value")]
    public async Task No_text_ends_its_place(string tool, string parameter)
    {
        await using var gateway = new DeclaredGateway(Tools);
        var random = new Random(20261123);
        var ran = 0;
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var text = Text(random);
            var result = await gateway.CallAsync(tool, $"{{\"{parameter}\":{JsonSerializer.Serialize(text)}}}");
            if (result.IsError)
            {
                Assert.Contains(result.ErrorCode, new[] { "INVALID_ARGUMENT", "SQL_ERROR" });
                continue;
            }

            // One row, of two columns, whose last is what the statement says.
            ran++;
            var row = Assert.Single(result.ToJson()["rows"]!.AsArray())!.AsObject();
            Assert.Equal(2, row.Count);
            Assert.Equal(1, (int)row["last"]!);
            if (tool is "literal" && text[0] is not '[')
            {
                Assert.Equal(text, (string)row["v"]!);
            }
            else if (tool is "inside")
            {
                Assert.Equal($"a {text} b", (string)row["v"]!);
            }
        }

        Assert.True(ran > 10, $"Only {ran} texts were taken.");
    }

    [Theory]
    [InlineData("plain", """{"value":"1, (SELECT number FROM secret)"}""", "Argument 'value' is the string '1, (SELECT number FROM secret)'. Allowed: one name, one number or one quoted text.")]
    [InlineData("plain", """{"value":"Update"}""", "Argument 'value' is the string 'Update'. Allowed: one name, one number or one quoted text.")]
    [InlineData("plain", """{"value":"1--"}""", "Argument 'value' is the string '1--'. Allowed: one name, one number or one quoted text.")]
    [InlineData("inside", """{"text":"' || (SELECT number FROM secret) || '"}""", "Argument 'text' is the string '' || (SELECT number FROM secret) || ''. Allowed: text without quotes, backslashes, brackets, '$', '*' and '/'.")]
    [InlineData("table", """{"table":"secret; drop table secret"}""", "Argument 'table' is the string 'secret; drop table secret'. Allowed: one name, one number or one quoted text.")]
    [InlineData("table", """{"table":"SECRET"}""", "Argument 'table' is the string 'SECRET'. Allowed: a string, one of \"secret\", \"secret AS s\", \"[a-z; ]+\".")]
    public async Task A_text_that_could_is_refused_with_what_is_allowed(string tool, string arguments, string problem)
    {
        await using var gateway = new DeclaredGateway(Tools);

        Assert.Equal(problem, await gateway.RefusalAsync(tool, arguments));
    }

    [Theory]
    [InlineData("plain", """{"value":"'it''s'"}""", """[{"v":"it's","last":1}]""")]
    [InlineData("plain", """{"value":"-7"}""", """[{"v":-7,"last":1}]""")]
    [InlineData("numbers", """{"number":-3}""", """[{"v":8,"last":1}]""")]
    [InlineData("columns", """{"columns":["number","number"]}""", """[{"number":42,"number":42}]""")]
    [InlineData("table", """{"table":"secret AS s"}""", """[{"number":42}]""")]
    public async Task What_stays_in_its_place_is_spliced_in(string tool, string arguments, string rows)
    {
        await using var gateway = new DeclaredGateway(Tools);
        await gateway.RowsAsync("make");

        Assert.Equal(rows, await gateway.RowsAsync(tool, arguments));
    }

    [Theory]
    [InlineData("[a, b]", true)]
    [InlineData("[a, 'count(*)']", false)]
    [InlineData("[a, into]", false)]
    public async Task A_statement_is_read_only_if_every_text_that_is_allowed_in_it_keeps_it_so(string allowed, bool reads)
    {
        await using var gateway = new DeclaredGateway($$$"""
            sources: { db: { kind: sqlite, database: ':memory:' } }
            tools:
              read:
                kind: sqlite-sql
                source: db
                description: d
                statement: SELECT {{.column}} FROM t
                templateParameters: [{ name: column, type: string, description: d, allowedValues: {{{allowed}}} }]
            """);

        Assert.Equal(reads, gateway.Describe("read").Effects.ReadOnly);
    }

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        var runes = Letters.EnumerateRunes().ToArray();
        for (var length = random.Next(1, 12); length > 0; length--)
        {
            text.Append(runes[random.Next(runes.Length)]);
        }

        return text.ToString();
    }
}
