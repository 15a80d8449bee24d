using System.ComponentModel.DataAnnotations;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>The fields of a tool that runs a statement of the model.</summary>
internal sealed class ExecuteSqlSettings : ToolSettings
{
    /// <summary>Gets the most rows that a call returns; null or 0 for as many as a result holds.</summary>
    [Range(0, int.MaxValue)]
    public int? MaxRows { get; init; }
}

/// <summary>A kind of tool that runs a statement of the model. Only the rights of the source's user limit what it does.</summary>
internal abstract class ExecuteSqlKind<TSource>(string name) : ToolKind<ExecuteSqlSettings, TSource>(name)
    where TSource : class, ISqlSource
{
    protected override ITool Create(Declaration declaration, ExecuteSqlSettings settings, TSource source, DeclaredScope scope)
    {
        var sql = new ToolParameter("sql", ParameterKind.String, "The sql to execute.") { Required = true };
        return new ExecuteSqlTool(
            scope.Describe(declaration, settings, [sql], SqlEffects.Anything, SqlTool.OutputSchema()), source, settings.MaxRows is > 0 and var most ? most : int.MaxValue);
    }
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

        var query = new SqlQuery(sql, call.Arguments, Count: 0, SqlOrigin.Model, SqlEffects.Of(tokens).ReadOnly, maxRows);
        return await source.QueryAsync(query, rows, cancellationToken) ?? rows.Complete();
    }
}
