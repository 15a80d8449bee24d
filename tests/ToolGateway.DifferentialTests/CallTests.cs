namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>The same call of the same tool, on MCP Toolbox for Databases and on the gateway.</summary>
public sealed class CallTests(ServerPair servers) : ServerPairTest(servers)
{
    public static TheoryData<string, string> Called => [.. Calls.All];

    [Theory]
    [MemberData(nameof(Called))]
    public async Task Answers_over_HTTP_mean_the_same(string tool, string arguments) => Meaning.Compare(
        await Servers.Theirs.CallOverHttpAsync(tool, arguments), await Servers.Ours.CallOverHttpAsync(tool, arguments),
        Differences.OverHttp(tool, arguments));

    [Theory]
    [MemberData(nameof(Called))]
    public async Task Answers_over_MCP_mean_the_same(string tool, string arguments) => Meaning.Compare(
        await Servers.Theirs.CallOverMcpAsync(tool, arguments), await Servers.Ours.CallOverMcpAsync(tool, arguments),
        Differences.OverMcp(tool, arguments));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Writes_have_the_same_outcome(bool overHttp)
    {
        var id = overHttp ? 100 : 200;
        foreach (var (tool, arguments) in new[]
        {
            ("insert", $$"""{"id":{{id}}}"""), ("insert", $$"""{"id":{{id}}}"""), ("insert_returning", $$"""{"id":{{id + 1}}}"""),
            ("update", $$"""{"id":{{id}}}"""), ("create", "{}"), ("create", "{}"),
            ("execute", $$"""{"sql":"SELECT * FROM orders WHERE id >= {{id}} ORDER BY id"}"""),
            ("execute", $$"""{"sql":"DELETE FROM orders WHERE id >= {{id}}"}"""),
            ("execute", """{"sql":"SELECT count(*) AS count FROM orders"}"""),
            ("sqlite_add", $$"""{"text":"note {{id}}"}"""),
            ("sqlite_find", $$"""{"word":"note {{id}}"}"""),
            ("sqlite_execute", $$"""{"sql":"DELETE FROM notes WHERE text = 'note {{id}}'"}"""),
            ("sqlite_execute", """{"sql":"SELECT count(*) AS count FROM notes"}"""),
        })
        {
            Meaning.Compare(
                overHttp ? await Servers.Theirs.CallOverHttpAsync(tool, arguments) : await Servers.Theirs.CallOverMcpAsync(tool, arguments),
                overHttp ? await Servers.Ours.CallOverHttpAsync(tool, arguments) : await Servers.Ours.CallOverMcpAsync(tool, arguments));
        }
    }
}
