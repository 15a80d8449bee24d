using System.Collections.Frozen;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Every tool of the gateway, by name and by toolset.</summary>
public sealed class ToolCatalogue
{
    private readonly FrozenDictionary<string, CataloguedTool> _tools;
    private readonly FrozenDictionary<string, IReadOnlyList<CataloguedTool>> _toolsets;

    /// <exception cref="InvalidOperationException">Two toolsets, or two tools, have one name: a fault in the build, so the gateway does not start.</exception>
    public ToolCatalogue(IEnumerable<IToolset> toolsets)
    {
        ArgumentNullException.ThrowIfNull(toolsets);

        var byName = new Dictionary<string, CataloguedTool>(StringComparer.Ordinal);
        var bySet = new Dictionary<string, IReadOnlyList<CataloguedTool>>(StringComparer.Ordinal);
        foreach (var toolset in toolsets.OrderBy(toolset => toolset.Name, StringComparer.Ordinal))
        {
            CataloguedTool[] tools =
                [.. toolset.Tools.OrderBy(tool => tool.Description.Name, StringComparer.Ordinal).Select(tool => new CataloguedTool(toolset.Name, tool))];
            if (!bySet.TryAdd(toolset.Name, tools))
            {
                throw new InvalidOperationException($"Two toolsets are called '{toolset.Name}'.");
            }

            foreach (var tool in tools)
            {
                if (!byName.TryAdd(tool.Name, tool))
                {
                    throw new InvalidOperationException($"Two tools are called '{tool.Name}': in '{byName[tool.Name].Toolset}' and '{toolset.Name}'.");
                }
            }
        }

        All = [.. bySet.Values.SelectMany(tools => tools)];
        ToolsetNames = [.. bySet.Keys];
        _tools = byName.ToFrozenDictionary(StringComparer.Ordinal);
        _toolsets = bySet.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Gets all tools, in order of toolset and name.</summary>
    public IReadOnlyList<CataloguedTool> All { get; }

    public IReadOnlyList<string> ToolsetNames { get; }

    public CataloguedTool? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>Returns the tools of a toolset, all of them for an empty name, null where there is no such toolset.</summary>
    public IReadOnlyList<CataloguedTool>? InToolset(string? toolset) => string.IsNullOrEmpty(toolset) ? All : _toolsets.GetValueOrDefault(toolset);
}

/// <summary>A tool and where it belongs. What clients are told is built once.</summary>
public sealed class CataloguedTool(string toolset, ITool tool)
{
    public string Toolset { get; } = toolset;

    public ITool Tool { get; } = tool;

    public ToolDescription Description { get; } = tool.Description;

    public string Name => Description.Name;

    /// <summary>Gets the JSON Schema of the arguments, as text.</summary>
    public string InputSchemaJson { get; } = tool.Description.InputSchema().ToJsonString();
}
