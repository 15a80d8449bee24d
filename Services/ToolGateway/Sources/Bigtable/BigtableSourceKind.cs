using System.ComponentModel.DataAnnotations;
using Runtime.GoogleCloud.Bigtable.Sql;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Bigtable;

/// <summary>The fields of a Bigtable source, as MCP Toolbox names them.</summary>
internal sealed class BigtableSettings
{
    [Required]
    public string Project { get; init; } = "";

    [Required]
    public string Instance { get; init; } = "";
}

/// <summary>A Bigtable instance. Who calls it, and whether it is the emulator, is set for the whole gateway.</summary>
internal sealed class BigtableSourceKind(BigtableSqlClient client) : SourceKind<BigtableSettings>("bigtable")
{
    protected override ISource Open(Declaration declaration, BigtableSettings settings) =>
        new BigtableSource(declaration.Name, $"projects/{settings.Project}/instances/{settings.Instance}", client);
}
