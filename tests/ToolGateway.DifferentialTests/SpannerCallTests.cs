namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>The same calls of the same tools on Spanner, on MCP Toolbox for Databases and on the gateway.</summary>
public sealed class SpannerCallTests(SpannerPair servers) : IClassFixture<SpannerPair>
{
    [Theory]
    [InlineData("values", "{}")]
    [InlineData("pg_values", "{}")]
    [InlineData("take", """{"text":"' OR 1=1 --","count":9223372036854775807,"share":3,"ok":true,"names":["a","b"],"counts":[1,-2],"absent":null}""")]
    [InlineData("take", """{"text":"","count":-9223372036854775808,"share":-0.1,"ok":false,"names":[],"counts":[]}""")]
    [InlineData("take", """{"text":"x","count":"1","share":0,"ok":true,"names":[],"counts":[]}""")]
    [InlineData("pg_take", """{"text":"a","count":1}""")]
    [InlineData("day", """{"day":"2026-01-02"}""")]
    [InlineData("day", """{"day":"no day"}""")]
    [InlineData("pick", """{"columns":["id","n"],"table":"items"}""")]
    [InlineData("wrong", "{}")]
    [InlineData("none", "{}")]
    [InlineData("execute", """{"sql":"SELECT 1 AS a"}""")]
    [InlineData("execute", """{"sql":"CREATE TABLE x (id INT64) PRIMARY KEY (id)"}""")]
    [InlineData("execute", """{"sql":"SELECT 1 AS a; SELECT 2 AS b"}""")]
    [InlineData("execute", """{"sql":"SELECT t.table_name FROM information_schema.tables AS t WHERE t.table_schema = ''"}""")]
    [InlineData("look", """{"sql":"DELETE FROM items WHERE TRUE"}""")]
    [InlineData("look", """{"sql":"SELECT 1 AS a"}""")]
    public async Task Answers_mean_the_same(string tool, string arguments)
    {
        Meaning.Compare(await servers.Theirs.CallOverHttpAsync(tool, arguments), await servers.Ours.CallOverHttpAsync(tool, arguments));
        if (!arguments.Contains("9223372036854775807", StringComparison.Ordinal) && !arguments.Contains("-9223372036854775808", StringComparison.Ordinal))
        {
            Meaning.Compare(await servers.Theirs.CallOverMcpAsync(tool, arguments), await servers.Ours.CallOverMcpAsync(tool, arguments));
        }
    }

    [Fact]
    public async Task Writes_have_the_same_outcome()
    {
        foreach (var (tool, arguments) in new[]
        {
            ("insert", """{"id":1}"""), ("insert", """{"id":1}"""), ("insert_returning", """{"id":2}"""), ("pg_insert_returning", """{"id":3}"""),
            ("execute", """{"sql":"UPDATE items SET n = n + 1 WHERE id <= 2 THEN RETURN n"}"""),
            ("look", """{"sql":"SELECT id, n FROM items ORDER BY id"}"""),
            ("execute", """{"sql":"DELETE FROM items WHERE TRUE"}"""),
            ("look", """{"sql":"SELECT COUNT(*) AS count FROM items"}"""),
        })
        {
            Meaning.Compare(await servers.Theirs.CallOverHttpAsync(tool, arguments), await servers.Ours.CallOverHttpAsync(tool, arguments));
        }
    }
}
