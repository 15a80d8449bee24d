using System.ComponentModel.DataAnnotations;
using Runtime.GoogleCloud.Spanner;
using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Sources.Spanner;

/// <summary>The fields of a Spanner source, as MCP Toolbox names them.</summary>
internal sealed class SpannerSettings
{
    [Required]
    public string Project { get; init; } = "";

    [Required]
    public string Instance { get; init; } = "";

    [Required]
    public string Database { get; init; } = "";

    /// <summary>Gets which SQL the database speaks.</summary>
    [AllowedValues("googlesql", "postgresql")]
    public string Dialect { get; init; } = "googlesql";

    /// <summary>Gets a value indicating whether everything runs in a snapshot, in which the server refuses to write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Gets a value indicating whether calls carry the caller's own Google login, which is not offered.</summary>
    [AllowedValues(false)]
    public bool UseClientOAuth { get; init; }
}

/// <summary>A Spanner database. Who calls it, and whether it is the emulator, is set for the whole gateway.</summary>
internal sealed class SpannerSourceKind(SpannerClient client) : SourceKind<SpannerSettings>("spanner")
{
    protected override ISource Open(Declaration declaration, SpannerSettings settings) => new SpannerSource(
        declaration.Name,
        $"projects/{settings.Project}/instances/{settings.Instance}/databases/{settings.Database}",
        settings.Dialect is "postgresql" ? SqlDialect.PostgreSql : SqlDialect.GoogleSql,
        settings.ReadOnly,
        client);
}
