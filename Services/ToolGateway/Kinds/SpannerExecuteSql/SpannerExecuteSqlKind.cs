using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Spanner;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.SpannerExecuteSql;

/// <summary>The fields of a tool that runs a statement of the model on Spanner.</summary>
internal sealed class SpannerExecuteSqlSettings : ExecuteSqlSettings
{
    /// <summary>Gets whether statements run in a snapshot, in which the server refuses to write; null for what <c>readOnlyHint</c> says.</summary>
    public bool? ReadOnly { get; init; }
}

/// <summary>Runs a statement of the model on Spanner.</summary>
internal sealed class SpannerExecuteSqlKind() : ExecuteSqlKind<SpannerExecuteSqlSettings, SpannerSource>("spanner-execute-sql")
{
    protected override ISqlSource SourceFor(Declaration declaration, SpannerExecuteSqlSettings settings, SpannerSource source) =>
        SpannerReadOnly.Apply(declaration, settings.ReadOnly, settings.Annotations, source);
}
