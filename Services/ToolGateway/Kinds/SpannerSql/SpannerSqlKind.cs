using Runtime.ToolGateway.Kinds.Sql;
using Runtime.ToolGateway.Sources.Spanner;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.SpannerSql;

/// <summary>The fields of a tool that runs a statement of the operator on Spanner.</summary>
internal sealed class SpannerSqlSettings : SqlSettings
{
    /// <summary>Gets whether the statement runs in a snapshot, in which the server refuses to write; null for what <c>readOnlyHint</c> says.</summary>
    public bool? ReadOnly { get; init; }
}

/// <summary>Runs a statement of the operator on Spanner; parameters are <c>@name</c> in GoogleSQL, and <c>$1</c>, <c>$2</c> in PostgreSQL.</summary>
internal sealed class SpannerSqlKind() : SqlKind<SpannerSqlSettings, SpannerSource>("spanner-sql")
{
    protected override ISqlSource SourceFor(Declaration declaration, SpannerSqlSettings settings, SpannerSource source) =>
        SpannerReadOnly.Apply(declaration, settings.ReadOnly, settings.Annotations, source);
}
