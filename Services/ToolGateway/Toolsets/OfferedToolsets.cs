using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets;

/// <summary>The gateway's own toolsets, less those that the operator left out.</summary>
public sealed class OfferedToolsets
{
    private const string None = "none";

    /// <exception cref="SettingException">There is no toolset of a name in the setting.</exception>
    public OfferedToolsets(IEnumerable<IToolset> toolsets, IOptions<ToolsetOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);

        var wanted = options.Value.Toolsets;
        All = [.. toolsets.Where(toolset => wanted.Count is 0 || wanted.Contains(toolset.Name))];
        if (wanted.FirstOrDefault(name => name is not None && All.All(toolset => toolset.Name != name)) is { } unknown)
        {
            throw new SettingException(
                $"There is no toolset '{unknown}'.",
                $"{ToolsetOptions.Section}:{nameof(ToolsetOptions.Toolsets)}",
                $"Use {string.Join(", ", toolsets.Select(toolset => toolset.Name))}, or {None}.");
        }
    }

    public IReadOnlyList<IToolset> All { get; }
}
