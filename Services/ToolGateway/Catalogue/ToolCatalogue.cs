using System.Collections.Frozen;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Every tool of the gateway, by name and by toolset. Never changes: <see cref="LiveCatalogue"/> holds the one that counts.</summary>
public sealed class ToolCatalogue
{
    private readonly FrozenDictionary<string, CataloguedTool> _tools;
    private readonly FrozenDictionary<string, IReadOnlyList<CataloguedTool>> _toolsets;

    /// <exception cref="ToolNameException">Two toolsets, or two tools, have one name.</exception>
    public ToolCatalogue(IEnumerable<IToolset> toolsets, DeclaredTools declared)
    {
        ArgumentNullException.ThrowIfNull(toolsets);
        ArgumentNullException.ThrowIfNull(declared);

        var byName = new Dictionary<string, CataloguedTool>(StringComparer.Ordinal);
        var bySet = new Dictionary<string, IReadOnlyList<CataloguedTool>>(StringComparer.Ordinal);
        foreach (var toolset in toolsets.OrderBy(toolset => toolset.Name, StringComparer.Ordinal))
        {
            Add(bySet, toolset.Name, toolset.Tools
                .OrderBy(tool => tool.Description.Name, StringComparer.Ordinal)
                .Select(tool => Add(byName, new CataloguedTool(toolset.Name, tool))));
        }

        foreach (var tool in declared.Tools)
        {
            var home = declared.Toolsets.Where(set => set.Value.Contains(tool.Description.Name)).Select(set => set.Key).Order(StringComparer.Ordinal).FirstOrDefault();
            Add(byName, new CataloguedTool(home ?? "", tool));
        }

        foreach (var (name, tools) in declared.Toolsets)
        {
            Add(bySet, name, tools.Select(tool => byName[tool]));
        }

        All = [.. byName.Values.OrderBy(tool => tool.Toolset, StringComparer.Ordinal).ThenBy(tool => tool.Name, StringComparer.Ordinal)];
        ToolsetNames = [.. bySet.Keys.Order(StringComparer.Ordinal)];
        _tools = byName.ToFrozenDictionary(StringComparer.Ordinal);
        _toolsets = bySet.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Gets all tools, in order of toolset and name.</summary>
    public IReadOnlyList<CataloguedTool> All { get; }

    public IReadOnlyList<string> ToolsetNames { get; }

    public CataloguedTool? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>Returns the tools of a toolset, all of them for an empty name, null where there is no such toolset.</summary>
    public IReadOnlyList<CataloguedTool>? InToolset(string? toolset) => string.IsNullOrEmpty(toolset) ? All : _toolsets.GetValueOrDefault(toolset);

    private static CataloguedTool Add(Dictionary<string, CataloguedTool> byName, CataloguedTool tool) => byName.TryAdd(tool.Name, tool)
        ? tool
        : throw new ToolNameException($"Two tools are called '{tool.Name}': in toolset '{byName[tool.Name].Toolset}' and in '{tool.Toolset}'.", tool.Name);

    private static void Add(Dictionary<string, IReadOnlyList<CataloguedTool>> bySet, string name, IEnumerable<CataloguedTool> tools)
    {
        if (!bySet.TryAdd(name, [.. tools]))
        {
            throw new ToolNameException($"Two toolsets are called '{name}'.", name);
        }
    }
}

/// <summary>A name of a tool or toolset is taken: a catalogue of them cannot be made.</summary>
public sealed class ToolNameException(string message, string name) : Exception(message)
{
    /// <summary>Gets the name that is taken.</summary>
    public string Name { get; } = name;
}

/// <summary>A tool and where it belongs. What clients are told is built once.</summary>
public sealed class CataloguedTool(string toolset, ITool tool)
{
    /// <summary>Gets the toolset it belongs to first; empty for a declared tool that is in none.</summary>
    public string Toolset { get; } = toolset;

    public ITool Tool { get; } = tool;

    public ToolDescription Description { get; } = tool.Description;

    public string Name => Description.Name;

    /// <summary>Gets the JSON Schema of the arguments, as text.</summary>
    public string InputSchemaJson { get; } = tool.Description.InputSchema().ToJsonString(ToolResult.Json);

    /// <summary>Gets the JSON Schema of a result that is not an error, as text; null for any object.</summary>
    public string? OutputSchemaJson { get; } = tool.Description.OutputSchema?.ToJsonString(ToolResult.Json);
}
