using System.Net;
using System.Text.Json;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>What both servers tell of their tools.</summary>
public sealed class ListingTests(ServerPair servers) : ServerPairTest(servers)
{
    [Theory]
    [InlineData("/api/toolset")]
    [InlineData("/api/toolset/")]
    [InlineData("/api/toolset/orders")]
    [InlineData("/api/toolset/numbers/")]
    [InlineData("/api/toolset/empty")]
    [InlineData("/api/toolset/others")]
    [InlineData("/api/tool/defaults")]
    [InlineData("/api/tool/nothing/")]
    public async Task Manifests_are_the_same(string path)
    {
        var (theirs, ours) = (await ManifestAsync(Servers.Theirs, path), await ManifestAsync(Servers.Ours, path));

        Assert.True(Meaning.IsSame(theirs, ours), $"Toolbox: {theirs}\nGateway: {ours}");
    }

    [Fact]
    public async Task Tools_over_MCP_have_the_same_names_descriptions_and_schemas()
    {
        var (theirs, ours) = (await ToolsAsync(Servers.Theirs, "/mcp"), await ToolsAsync(Servers.Ours, "/mcp"));

        Assert.All(theirs, tool =>
        {
            var same = ours.Single(candidate => Name(candidate) == Name(tool));
            Assert.Equal(tool.GetProperty("description").GetString(), same.GetProperty("description").GetString());
            var (expected, actual) = (tool.GetProperty("inputSchema"), same.GetProperty("inputSchema"));
            var visible = Visible(tool);
            Assert.True(
                Required(expected).Intersect(visible).SequenceEqual(Required(actual))
                && visible.All(name => IsSameParameter(expected.GetProperty("properties").GetProperty(name), actual.GetProperty("properties").GetProperty(name)))
                && actual.GetProperty("properties").EnumerateObject().Count() == visible.Count,
                $"Toolbox: {tool}\nGateway: {same}");
        });
    }

    [Theory]
    [InlineData("/mcp/orders")]
    [InlineData("/mcp/numbers")]
    [InlineData("/mcp/empty")]
    [InlineData("/mcp/others")]
    public async Task Toolsets_over_MCP_have_the_same_tools(string path) => Assert.Equal(
        (await ToolsAsync(Servers.Theirs, path)).Select(Name).Order(), (await ToolsAsync(Servers.Ours, path)).Select(Name).Order());

    /// <summary>The parameters that a model sees of ours: see <see cref="Differences.Hidden"/>.</summary>
    private static HashSet<string> Visible(JsonElement tool)
    {
        var names = tool.GetProperty("inputSchema").GetProperty("properties").EnumerateObject().Select(parameter => parameter.Name).ToHashSet();
        if (tool.TryGetProperty("_meta", out var meta) && meta.TryGetProperty("toolbox/authParam", out var fromTokens))
        {
            names.ExceptWith(fromTokens.EnumerateObject().Select(parameter => parameter.Name));
        }

        return names;
    }

    /// <summary>Ours may say more (what is allowed), and has to say all of theirs but what goes without saying.</summary>
    private static bool IsSameParameter(JsonElement theirs, JsonElement ours) => theirs.EnumerateObject().All(member =>
        (member.Name is "additionalProperties" && member.Value.ValueKind is JsonValueKind.True)
        || (ours.TryGetProperty(member.Name, out var same)
        && (member.Name is "items" ? IsSameParameter(member.Value, same) : Meaning.IsSame(member.Value, same))));

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!).Order() : [];

    private static string Name(JsonElement tool) => tool.GetProperty("name").GetString()!;

    private static async Task<JsonElement> ManifestAsync(ToolServer server, string path)
    {
        var (status, body) = await server.SendAsync(HttpMethod.Get, path);
        Assert.True(status is HttpStatusCode.OK, $"{server.Address}: {(int)status} {body}");
        var manifest = JsonElement.Parse(body);
        Assert.NotEmpty(manifest.GetProperty("serverVersion").GetString()!);
        return manifest.GetProperty("tools");
    }

    private static async Task<List<JsonElement>> ToolsAsync(ToolServer server, string path)
    {
        List<JsonElement> tools = [];
        var cursor = "{}";
        do
        {
            var (_, message) = await server.AskMcpAsync(path, "tools/list", cursor);
            var page = message.GetProperty("result");
            tools.AddRange(page.GetProperty("tools").EnumerateArray());
            cursor = page.TryGetProperty("nextCursor", out var next) ? $$"""{"cursor":{{next.GetRawText()}}}""" : null;
        }
        while (cursor is not null);
        return tools;
    }
}
