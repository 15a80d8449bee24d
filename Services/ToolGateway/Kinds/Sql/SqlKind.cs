using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Nodes;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile;
using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>The fields of a tool that runs a statement of the operator.</summary>
internal class SqlSettings : ToolSettings
{
    [Required]
    public string Statement { get; init; } = "";

    public YamlList? Parameters { get; init; }

    public YamlList? TemplateParameters { get; init; }

    /// <summary>Gets the most rows that a call returns; null or 0 for as many as a result holds.</summary>
    [Range(0, int.MaxValue)]
    public int? MaxRows { get; init; }
}

/// <summary>A kind of tool that runs a statement of the operator, and takes the fields of all of them.</summary>
internal abstract class SqlKind<TSource>(string name) : SqlKind<SqlSettings, TSource>(name)
    where TSource : class, ISqlSource;

/// <summary>A kind of tool that runs a statement of the operator. The model supplies values, never SQL.</summary>
internal abstract class SqlKind<TSettings, TSource>(string name) : ToolKind<TSettings, TSource>(name)
    where TSettings : SqlSettings
    where TSource : class, ISqlSource
{
    protected sealed override ITool? Create(Declaration declaration, TSettings settings, TSource declared, DeclaredScope scope)
    {
        var source = SourceFor(declaration, settings, declared);
        var before = declaration.Problems.Count;
        var parameters = ParameterReader.Read(settings.Parameters, declaration, scope);
        var templated = ParameterReader.Read(settings.TemplateParameters, declaration, scope);
        ParameterReader.CheckNames(declaration, parameters.Concat(templated));
        foreach (var escaped in parameters.Where(parameter => (parameter.Escape ?? parameter.ItemEscape) is not null))
        {
            declaration.Problems.Add(escaped.Place, $"Parameter '{escaped.Parameter.Name}' of {declaration.Owner} has an escape, and is bound, which needs none. Fix: leave 'escape' out, or make it a template parameter.");
        }

        // Without all its parameters, the statement would be faulted for what is missing only here.
        if (declaration.Problems.Count > before || StatementTemplate.Parse(settings.Statement, source.Dialect, templated, parameters.Count, declaration) is not { } template)
        {
            return null;
        }

        CheckParameters(declaration, parameters);
        CheckPlaceholders(declaration, template, source.Dialect, [.. parameters.Select(parameter => parameter.Parameter.Name)]);
        var effects = template.AllowsAnything ? SqlEffects.Anything : source.EffectsOf(template.Tokens);
        var description = scope.Describe(
            declaration, settings, [.. parameters.Concat(templated).Select(parameter => parameter.Parameter)], effects, SqlTool.OutputSchema());
        return new SqlTool(description with { Telemetry = source.Telemetry }, source, template, parameters.Count, settings.MaxRows is > 0 and var most ? most : int.MaxValue);
    }

    /// <summary>Returns what the tool runs on, as the settings of the tool have it.</summary>
    protected virtual ISqlSource SourceFor(Declaration declaration, TSettings settings, TSource source) => source;

    /// <summary>Adds a problem for each parameter that the database cannot bind.</summary>
    protected virtual void CheckParameters(Declaration declaration, IReadOnlyList<DeclaredParameter> parameters)
    {
    }

    private static void CheckPlaceholders(Declaration declaration, StatementTemplate template, SqlDialect dialect, IReadOnlyList<string> names)
    {
        var count = names.Count;
        if (SqlEffects.IsSeveral(template.Tokens))
        {
            declaration.Problem("statement", $"{declaration.Owner} has several statements. Allowed: one.");
        }

        var placeholders = template.Tokens.Where(token => token.Kind is SqlTokenKind.Parameter).Select(token => token.Text).ToArray();
        if (dialect.BindsByName)
        {
            foreach (var name in placeholders.Select(placeholder => placeholder[1..]).Except(names, StringComparer.OrdinalIgnoreCase))
            {
                declaration.Problem("statement", $"The statement of {declaration.Owner} has '@{name}', which is no parameter of the tool. {Problems.Hint(name, names)}");
            }

            return;
        }

        var used = placeholders.Length > 0 && placeholders.All(placeholder => placeholder[0] is '$' && char.IsAsciiDigit(placeholder[1]))
            ? placeholders.Distinct(StringComparer.Ordinal).Max(placeholder => int.TryParse(placeholder.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue)
            : placeholders.All(placeholder => placeholder is "?") ? placeholders.Length : count;
        if (used != count && template.IsFixed)
        {
            declaration.Problem("statement", $"The statement of {declaration.Owner} takes {Words(used)}, and the tool has {Words(count)}. Fix: let them be as many.");
        }
    }

    private static string Words(int count) => count is 1 ? "1 parameter" : $"{count} parameters";
}

/// <summary>A tool that runs a statement.</summary>
internal sealed class SqlTool(ToolDescription description, ISqlSource source, StatementTemplate template, int bound, int maxRows) : ITool
{
    public ToolDescription Description { get; } = description;

    public static JsonObject OutputSchema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["rows"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" } },
            ["truncated"] = new JsonObject { ["type"] = "boolean" },
        },
        ["required"] = new JsonArray("rows"),
    };

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (template.Render(call.Arguments, out var problem) is not { } sql)
        {
            return ToolResult.CorrectableByModel("INVALID_ARGUMENT", problem);
        }

        using var rows = call.Rows(RowsShape.Declared);
        var query = new SqlQuery(sql, call.Arguments, bound, template.IsFixed ? SqlOrigin.Fixed : SqlOrigin.Spliced, Description.Effects.ReadOnly, maxRows);
        return await source.QueryAsync(query, rows, cancellationToken) ?? rows.Complete();
    }
}
