using System.Collections.Concurrent;
using System.Collections.Frozen;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The toolsets of the catalogue as it is now, each made ready for MCP once.</summary>
internal sealed class McpToolLists(LiveCatalogue catalogue)
{
    private volatile Snapshot _snapshot = new(catalogue.Current);

    public IReadOnlyList<string> ToolsetNames => catalogue.Current.ToolsetNames;

    /// <summary>Returns a toolset, all tools for an empty name, null where there is no such toolset.</summary>
    public McpToolList? Find(string? toolset)
    {
        var current = catalogue.Current;
        var snapshot = _snapshot;
        if (!ReferenceEquals(snapshot.Catalogue, current))
        {
            _snapshot = snapshot = new(current);
        }

        return snapshot.Find(toolset ?? "");
    }

    private sealed record Snapshot(ToolCatalogue Catalogue)
    {
        private readonly ConcurrentDictionary<string, McpToolList> _lists = new(StringComparer.Ordinal);

        public McpToolList? Find(string toolset) =>
            _lists.TryGetValue(toolset, out var list) ? list
            : Catalogue.InToolset(toolset) is { } tools ? _lists.GetOrAdd(toolset, new McpToolList(tools))
            : null;
    }
}

/// <summary>The tools of a toolset.</summary>
internal sealed class McpToolList(IReadOnlyList<CataloguedTool> tools)
{
    private readonly FrozenDictionary<string, CataloguedTool> _byName = tools.ToFrozenDictionary(tool => tool.Name, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<McpToolDialect, byte[][]> _json = new();

    public IReadOnlyList<CataloguedTool> Tools => tools;

    public CataloguedTool? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Returns what a client is told about each tool, in the order of <see cref="Tools"/>.</summary>
    public byte[][] Json(McpToolDialect dialect) =>
        _json.GetOrAdd(dialect, static (dialect, tools) => [.. tools.Select(tool => McpToolJson.Describe(tool, dialect))], tools);
}

/// <summary>How the tokens that a tool wants are told: not at all by MCP, but MCP Toolbox and its clients have members for it.</summary>
internal enum McpToolDialect
{
    /// <summary>The member names before 2026-07-28.</summary>
    Handshake,

    /// <summary>The member names of 2026-07-28.</summary>
    PerRequest,

    /// <summary>As <see cref="PerRequest"/>, for a client that says it knows Toolbox: with the parameters that come from a token, which it hides from the model itself.</summary>
    Toolbox,
}
