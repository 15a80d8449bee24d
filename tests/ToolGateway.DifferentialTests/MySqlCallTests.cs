namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>The same calls of the same tools on MariaDB, on MCP Toolbox for Databases and on the gateway.</summary>
public sealed class MySqlCallTests(MySqlPair servers) : IClassFixture<MySqlPair>
{
    [Theory]
    [InlineData("numbers", "{}")]
    [InlineData("others", "{}")]
    [InlineData("columns", "{}")]
    [InlineData("mysql_bits", "{}")]
    [InlineData("mysql_bytes", "{}")]
    [InlineData("twice", "{}")]
    [InlineData("take", """{"text":"' OR 1=1 --","count":9007199254740991,"share":3,"ok":true,"absent":null}""")]
    [InlineData("take", """{"text":"","count":-1,"share":-0.1,"ok":false}""")]
    [InlineData("take", """{"text":"x","count":"1","share":0,"ok":true}""")]
    [InlineData("take", """{"text":"x\u0000y \\ ' \" é 😀","count":0,"share":1e300,"ok":true}""")]
    [InlineData("take", "{}")]
    [InlineData("pick", """{"columns":["id","n"],"table":"items"}""")]
    [InlineData("pick", """{"columns":["nothing"],"table":"items"}""")]
    [InlineData("wrong", "{}")]
    [InlineData("none", "{}")]
    [InlineData("execute", """{"sql":"SELECT 1 AS a"}""")]
    [InlineData("execute", """{"sql":"SELEC 1"}""")]
    [InlineData("execute", """{"sql":"SHOW COLUMNS FROM items"}""")]
    [InlineData("execute", """{"sql":"SELECT 1 AS a; SELECT 2 AS b"}""")]
    public async Task Answers_mean_the_same(string tool, string arguments)
    {
        Meaning.Compare(
            await servers.Theirs.CallOverHttpAsync(tool, arguments), await servers.Ours.CallOverHttpAsync(tool, arguments), Differences.OverHttp(tool, arguments));
        Meaning.Compare(
            await servers.Theirs.CallOverMcpAsync(tool, arguments), await servers.Ours.CallOverMcpAsync(tool, arguments), Differences.OverMcp(tool, arguments));
    }

    [Fact]
    public async Task Writes_have_the_same_outcome()
    {
        foreach (var (tool, arguments) in new[]
        {
            ("insert", """{"id":1}"""), ("insert", """{"id":1}"""), ("insert_returning", """{"id":2}"""),
            ("execute", """{"sql":"UPDATE items SET n = n + 1"}"""),
            ("execute", """{"sql":"SELECT id, n FROM items ORDER BY id"}"""),
            ("execute", """{"sql":"DELETE FROM items"}"""),
            ("execute", """{"sql":"SELECT COUNT(*) AS count FROM items"}"""),
        })
        {
            Meaning.Compare(await servers.Theirs.CallOverHttpAsync(tool, arguments), await servers.Ours.CallOverHttpAsync(tool, arguments));
        }
    }
}
