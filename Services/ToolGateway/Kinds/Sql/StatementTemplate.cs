using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>A statement with places, <c>{{.name}}</c> or <c>{{array .name}}</c>, that template parameters are spliced into.</summary>
/// <remarks>
/// A value cannot end its place. Where the file asks for quoting, it is quoted as the database quotes. Otherwise it is one of the texts of
/// <c>allowedValues</c>, or one name, number or literal; and inside a quotation of the statement it has no quote. MCP Toolbox splices any text.
/// </remarks>
internal sealed partial class StatementTemplate
{
    /// <summary>What stands for a place while the statement is looked at: no letter of SQL.</summary>
    internal const char Mark = '\uE100';

    private readonly SqlDialect _dialect;
    private readonly string[] _texts;
    private readonly Place[] _places;

    private StatementTemplate(SqlDialect dialect, string[] texts, Place[] places)
    {
        _dialect = dialect;
        _texts = texts;
        _places = places;
        Tokens = dialect.Tokens(string.Join(Mark, texts));
    }

    /// <summary>Gets a value indicating whether every call runs the same statement.</summary>
    public bool IsFixed => _places.Length is 0;

    /// <summary>Gets a value indicating whether the operator allows texts in a place that may do anything.</summary>
    public bool AllowsAnything => _places.Any(place => place is { IsQuoted: false, Parameter: { Escape: null, ItemEscape: null } } && AllowedTexts(place.Parameter.Parameter).Any(text => !IsOneName(text)));

    /// <summary>Gets the words of the statement, with a mark for each place.</summary>
    public IReadOnlyList<SqlToken> Tokens { get; }

    /// <summary>Returns the template; null after adding problems.</summary>
    /// <param name="first">Where the template parameters begin among all parameters.</param>
    public static StatementTemplate? Parse(string statement, SqlDialect dialect, IReadOnlyList<DeclaredParameter> parameters, int first, Declaration tool)
    {
        var before = tool.Problems.Count;
        List<string> texts = [];
        List<(DeclaredParameter Parameter, int Index)> uses = [];
        var end = 0;
        var trim = false;
        foreach (Match match in Action().Matches(statement))
        {
            AddText(statement[end..match.Index], trim, match.Groups["left"].Success, joins: texts.Count > uses.Count);
            end = match.Index + match.Length;
            trim = match.Groups["right"].Success;
            if (match.Groups["comment"].Success)
            {
                continue;
            }

            var index = parameters.TakeWhile(parameter => parameter.Parameter.Name != match.Groups["name"].Value).Count();
            if (!match.Groups["name"].Success)
            {
                tool.Problem("statement", $"The statement of {tool.Owner} has '{match.Value}'. Allowed: {{{{.name}}}} and {{{{array .name}}}} with the name of a template parameter.");
            }
            else if (index == parameters.Count)
            {
                tool.Problem("statement", $"The statement of {tool.Owner} has '{match.Value}'. {Problems.Hint(match.Groups["name"].Value, parameters.Select(parameter => parameter.Parameter.Name))}");
            }
            else
            {
                CheckUse(match, parameters[index], tool);
                uses.Add((parameters[index], first + index));
            }
        }

        AddText(statement[end..], trim, false, joins: texts.Count > uses.Count);
        if (tool.Problems.Count > before)
        {
            return null;
        }

        var template = new StatementTemplate(dialect, [.. texts], new Place[uses.Count]);
        var quoted = template.Tokens.SelectMany(token => token.Text.Where(letter => letter is Mark).Select(_ => token.Kind is not SqlTokenKind.Mark)).ToArray();
        for (var place = 0; place < uses.Count; place++)
        {
            var (parameter, index) = uses[place];
            template._places[place] = new(parameter, index, quoted[place]);
            CheckEscape(parameter, quoted[place], dialect, tool);
        }

        return tool.Problems.Count > before ? null : template;

        void AddText(string text, bool trimStart, bool trimEnd, bool joins)
        {
            text = trimStart ? text.TrimStart() : text;
            text = trimEnd ? text.TrimEnd() : text;
            if (joins)
            {
                texts[^1] += text;
            }
            else
            {
                texts.Add(text);
            }
        }
    }

    /// <summary>Returns the statement of a call; null, with the problem, where a value could end its place.</summary>
    public string? Render(ToolArguments arguments, out string problem)
    {
        problem = "";
        if (IsFixed)
        {
            return _texts[0];
        }

        var statement = new StringBuilder(_texts[0]);
        for (var place = 0; place < _places.Length; place++)
        {
            var (parameter, index, isQuoted) = _places[place];
            var value = arguments[index];
            if (value.ValueKind is JsonValueKind.Array)
            {
                var separator = "";
                foreach (var item in value.EnumerateArray())
                {
                    statement.Append(separator);
                    if (!Append(statement, item, parameter.Parameter.Items!, parameter.ItemEscape, isQuoted))
                    {
                        problem = Refuse(parameter.Parameter, item, isQuoted);
                        return null;
                    }

                    separator = ", ";
                }
            }
            else if (value.ValueKind is not JsonValueKind.Undefined && !Append(statement, value, parameter.Parameter, parameter.Escape, isQuoted))
            {
                problem = Refuse(parameter.Parameter, value, isQuoted);
                return null;
            }

            statement.Append(_texts[place + 1]);
        }

        return statement.ToString();
    }

    [GeneratedRegex(@"\{\{(?<left>-\s)?\s*(?:(?<comment>/\*.*?\*/)|(?:(?<array>array)\s+)?\.(?<name>\w+)|.*?)\s*(?<right>\s-)?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();

    // Of no quotation or comment of any dialect the end, nor the beginning of an escape.
    [GeneratedRegex(@"\A[^'""`\\\[\]$*/\r\n\0]*\z")]
    private static partial Regex Harmless();

    private static void CheckUse(Match match, DeclaredParameter parameter, Declaration tool)
    {
        var (name, kind) = (parameter.Parameter.Name, parameter.Parameter.Kind);
        if (kind is ParameterKind.Map || (kind is ParameterKind.Array && parameter.Parameter.Items!.Kind is ParameterKind.Array or ParameterKind.Map))
        {
            tool.Problem("statement", $"{tool.Owner} splices the parameter '{name}' in, which is a map. Fix: make it a string, a number, a boolean or an array of them.");
        }
        else if ((kind is ParameterKind.Array) != match.Groups["array"].Success)
        {
            var right = kind is ParameterKind.Array ? $"{{{{array .{name}}}}}" : $"{{{{.{name}}}}}";
            tool.Problem("statement", $"The statement of {tool.Owner} has '{match.Value}', and the parameter is {(kind is ParameterKind.Array ? "an" : "no")} array. Fix: write {right}.");
        }
    }

    private static void CheckEscape(DeclaredParameter parameter, bool isQuoted, SqlDialect dialect, Declaration tool)
    {
        if ((parameter.Escape ?? parameter.ItemEscape) is not { } escape)
        {
            return;
        }

        if (!dialect.Escapes.Contains(escape))
        {
            tool.Problems.Add(parameter.Place, $"Parameter '{parameter.Parameter.Name}' of {tool.Owner} has the escape '{escape}', which {dialect.Name} has not. {Problems.Hint(escape, dialect.Escapes)}");
        }
        else if (isQuoted)
        {
            tool.Problems.Add(parameter.Place, $"Parameter '{parameter.Parameter.Name}' of {tool.Owner} has the escape '{escape}', and the statement has quotes around it already. Fix: leave one of them out.");
        }
    }

    private static IEnumerable<string> AllowedTexts(ToolParameter parameter) => parameter.AllowedValues.Concat(parameter.Items?.AllowedValues ?? [])
        .Where(allowed => allowed.Value.GetValueKind() is JsonValueKind.String).Select(allowed => (string)allowed.Value!);

    private bool Append(StringBuilder statement, JsonElement value, ToolParameter parameter, string? escape, bool isQuoted)
    {
        var text = value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (escape is not null)
        {
            statement.Append(_dialect.Quote(text, escape));
            return !text.Contains('\0', StringComparison.Ordinal);
        }

        // After a minus of the statement, a minus of the value would begin a comment.
        if (text.StartsWith('-') && statement.Length > 0 && statement[^1] is '-')
        {
            statement.Append(' ');
        }

        statement.Append(text);
        return value.ValueKind is not JsonValueKind.String
            || AllowedTexts(parameter).Contains(text)
            || (isQuoted ? Harmless().IsMatch(text) : IsOneName(text));
    }

    // As a name, "update" would make of "SELECT … FOR {{.mode}}" what the operator did not mean.
    private bool IsOneName(string text) => _dialect.IsSingle(text) && !SqlEffects.IsWriting(text);

    private static string Refuse(ToolParameter parameter, JsonElement value, bool isQuoted) =>
        ArgumentValidator.Refuse(parameter.Name, value, isQuoted ? "text without quotes, backslashes, brackets, '$', '*' and '/'" : "one name, one number or one quoted text");

    /// <param name="Index">Where its value is among the arguments.</param>
    /// <param name="IsQuoted">It is inside a quotation or a comment of the statement.</param>
    private readonly record struct Place(DeclaredParameter Parameter, int Index, bool IsQuoted);
}
