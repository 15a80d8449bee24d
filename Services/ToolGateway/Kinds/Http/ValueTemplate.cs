using System.Text.Json;
using System.Text.RegularExpressions;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.ToolFile;

namespace Runtime.ToolGateway.Kinds.Http;

/// <summary>A text with places for values: <c>{{.name}}</c>, or <c>{{function .name}}</c>.</summary>
internal sealed partial class ValueTemplate
{
    private readonly string[] _texts;
    private readonly (string Function, int Index)[] _places;

    private ValueTemplate(string[] texts, (string Function, int Index)[] places)
    {
        _texts = texts;
        _places = places;
    }

    /// <summary>Gets the text with a letter in each place.</summary>
    public string Sample => string.Join('x', _texts);

    /// <summary>Returns the template; null after adding problems.</summary>
    /// <param name="field">The field it is in.</param>
    /// <param name="first">Where the parameters begin among all parameters.</param>
    /// <param name="functions">The functions that may stand before a name.</param>
    public static ValueTemplate? Parse(string text, string field, IReadOnlyList<DeclaredParameter> parameters, int first, string[] functions, Declaration tool)
    {
        var before = tool.Problems.Count;
        List<string> texts = [];
        List<(string, int)> places = [];
        var end = 0;
        foreach (Match match in Action().Matches(text))
        {
            var (function, name) = (match.Groups["function"].Value, match.Groups["name"].Value);
            var index = parameters.TakeWhile(parameter => parameter.Parameter.Name != name).Count();
            if (!match.Groups["name"].Success || (function.Length > 0 && !functions.Contains(function)))
            {
                var known = string.Join(", ", functions.Select(known => $"{{{{{known} .name}}}}"));
                tool.Problem(field, $"Field '{field}' of {tool.Owner} has '{match.Value}'. Allowed: {{{{.name}}}} and {known}.");
            }
            else if (index == parameters.Count)
            {
                tool.Problem(field, $"Field '{field}' of {tool.Owner} has '{match.Value}'. {Problems.Hint(name, parameters.Select(parameter => parameter.Parameter.Name))}");
            }

            texts.Add(text[end..match.Index]);
            places.Add((function, first + index));
            end = match.Index + match.Length;
        }

        texts.Add(text[end..]);
        return tool.Problems.Count > before ? null : new([.. texts], [.. places]);
    }

    /// <summary>Puts the values of a call in.</summary>
    /// <param name="write">Returns a value as it is written after the text before it, by a function; null where it cannot be.</param>
    /// <param name="refused">The place among all parameters of the value that cannot be written.</param>
    public string? Render(ToolArguments arguments, Func<string, JsonElement, string, string?> write, out int refused)
    {
        refused = -1;
        var text = _texts[0];
        for (var place = 0; place < _places.Length; place++)
        {
            var (function, index) = _places[place];
            if (write(string.Concat(_texts.AsSpan(0, place + 1)), arguments[index], function) is not { } written)
            {
                refused = index;
                return null;
            }

            text += written + _texts[place + 1];
        }

        return text;
    }

    [GeneratedRegex(@"\{\{-?\s*(?:(?:(?<function>\w+)\s+)?\.(?<name>\w+)|.*?)\s*-?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();
}
