using System.ComponentModel.DataAnnotations;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>The fields of a tool that runs a statement of the model.</summary>
internal class ExecuteSqlSettings : ToolSettings
{
    /// <summary>Gets the most rows that a call returns; null or 0 for as many as a result holds.</summary>
    [Range(0, int.MaxValue)]
    public int? MaxRows { get; init; }
}

/// <summary>A kind of tool that runs a statement of the model, and takes the fields of all of them.</summary>
internal abstract class ExecuteSqlKind<TSource>(string name) : ExecuteSqlKind<ExecuteSqlSettings, TSource>(name)
    where TSource : class, ISqlSource;

/// <summary>A kind of tool that runs a statement of the model. Only the rights of the source's user limit what it does.</summary>
internal abstract class ExecuteSqlKind<TSettings, TSource>(string name) : ToolKind<TSettings, TSource>(name)
    where TSettings : ExecuteSqlSettings
    where TSource : class, ISqlSource
{
    protected sealed override ITool Create(Declaration declaration, TSettings settings, TSource declared, DeclaredScope scope)
    {
        var source = SourceFor(declaration, settings, declared);
        var sql = new ToolParameter("sql", ParameterKind.String, "The sql to execute.") { Required = true };
        return new ExecuteSqlTool(
            scope.Describe(declaration, settings, [sql], source.EffectsOf([]), SqlTool.OutputSchema()) with { Telemetry = source.Telemetry },
            source, settings.MaxRows is > 0 and var most ? most : int.MaxValue);
    }

    /// <summary>Returns what the tool runs on, as the settings of the tool have it.</summary>
    protected virtual ISqlSource SourceFor(Declaration declaration, TSettings settings, TSource source) => source;
}

/// <summary>A tool that runs a statement of the model.</summary>
internal sealed class ExecuteSqlTool(ToolDescription description, ISqlSource source, int maxRows) : ITool
{
    public ToolDescription Description { get; } = description;

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var sql = call.Arguments.Text("sql");
        var tokens = source.Dialect.Tokens(sql);
        if (SqlEffects.IsSeveral(tokens))
        {
            return ToolResult.CorrectableByModel("SQL_ERROR", "The text has several statements. Fix: call the tool once for each. (SQLSTATE 42601)");
        }

        using var rows = call.Rows(RowsShape.Declared);
        if (tokens.All(token => token.Is(";")))
        {
            return rows.Complete();
        }

        var query = new SqlQuery(sql, call.Arguments, Count: 0, SqlOrigin.Model, source.EffectsOf(tokens).ReadOnly, maxRows);
        return await source.QueryAsync(query, rows, cancellationToken) ?? rows.Complete();
    }
}
