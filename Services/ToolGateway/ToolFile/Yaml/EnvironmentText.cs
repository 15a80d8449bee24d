using System.Globalization;
using System.Text.RegularExpressions;

namespace Runtime.ToolGateway.ToolFile.Yaml;

/// <summary>The text of a file whose <c>${NAME}</c> stand for variables.</summary>
/// <remarks>
/// The forms are those of MCP Toolbox: <c>${NAME}</c>, <c>${NAME:default}</c> where unset, <c>${NAME:-default}</c> where unset or empty,
/// <c>${NAME:?message}</c> where it must have a value. The YAML is read with marks in their place and the values are put in afterwards: a
/// password with a <c>#</c>, a quote or a line break is that password, and can add no field.
/// </remarks>
internal sealed partial class EnvironmentText
{
    // Letters of a private use area: no YAML syntax, and in no one's file.
    private const char MarkStart = '\uE100';
    private const char MarkEnd = '\uE101';

    private readonly List<Match> _uses = [];
    private readonly string _file;
    private readonly string _text;
    private readonly Func<string, string?> _variables;
    private readonly Problems _problems;

    public EnvironmentText(string file, string text, Func<string, string?> variables, Problems problems)
    {
        _file = file;
        _text = text;
        _variables = variables;
        _problems = problems;
        Marked = Use().Replace(text, match =>
        {
            _uses.Add(match);
            return string.Create(CultureInfo.InvariantCulture, $"{MarkStart}{_uses.Count - 1}{MarkEnd}");
        });
    }

    /// <summary>Gets the text with a mark in place of every use of a variable.</summary>
    public string Marked { get; }

    /// <summary>Returns a part of the text with the values of the variables; one that has none is a problem where it is used.</summary>
    public string Resolve(string part) => part.Contains(MarkStart, StringComparison.Ordinal) ? Mark().Replace(part, mark => ValueOf(UseOf(mark))) : part;

    /// <summary>Returns a part of the text as it was written.</summary>
    public string Unmark(string part) => Mark().Replace(part, mark => UseOf(mark).Value);

    [GeneratedRegex(@"\$\{(?<name>\w+)(?:(?<operator>:-|:\?|:)(?<operand>[^}]*))?\}")]
    private static partial Regex Use();

    [GeneratedRegex("\uE100(?<number>[0-9]+)\uE101")]
    private static partial Regex Mark();

    private Match UseOf(Match mark) => _uses[int.Parse(mark.Groups["number"].Value, CultureInfo.InvariantCulture)];

    private string ValueOf(Match use)
    {
        var name = use.Groups["name"].Value;
        var operand = use.Groups["operand"].Value;
        var value = _variables(name);
        switch (use.Groups["operator"].Value)
        {
            case ":":
                return value ?? operand;
            case ":-":
                return string.IsNullOrEmpty(value) ? operand : value;
            case ":?" when string.IsNullOrEmpty(value):
                _problems.Add(PlaceOf(use), $"The environment variable '{name}' is not set{(operand.Length > 0 ? $": {operand}" : "")}. Fix: set it.");
                return use.Value;
            default:
                if (value is null)
                {
                    _problems.Add(PlaceOf(use), $"The environment variable '{name}' is not set. Fix: set it, or write ${{{name}:default}}.");
                }

                // Not an empty text: that would be a field that is missing, which it is not.
                return value ?? use.Value;
        }
    }

    private Place PlaceOf(Match use)
    {
        var before = _text.AsSpan(0, use.Index);
        return new(_file, before.Count('\n') + 1, use.Index - before.LastIndexOf('\n'));
    }
}
