using System.Text;
using System.Text.RegularExpressions;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>GoogleSQL, which Spanner and Bigtable speak: quotes are escaped by a backslash and never doubled, and three of them are a quote as well.</summary>
/// <remarks>Rules: https://cloud.google.com/spanner/docs/reference/standard-sql/lexical</remarks>
internal sealed partial class SqlDialect
{
    private const string GoogleSqlName = @"(?:[\p{L}_][\p{L}\p{N}_]*|`[^`\\\0\r\n]+`)";

    public static SqlDialect GoogleSql { get; } = new(
        "GoogleSQL",
        GoogleSqlTokens(),
        new(StringComparer.Ordinal) { ["single-quotes"] = '\'', ["double-quotes"] = '"', ["backticks"] = '`' },
        "`",
        hasBackslashes: true,
        GoogleSqlSingle());

    /// <summary>Gets a value indicating whether a placeholder is found by its name, <c>@name</c>, and not by its place.</summary>
    public bool BindsByName => ReferenceEquals(this, GoogleSql);

    private static string QuoteGoogleSql(string text, char quote)
    {
        var quoted = new StringBuilder().Append(quote);
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\\' => quoted.Append(@"\\"),
                _ when letter == quote => quoted.Append('\\').Append(quote),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append(quote).ToString();
    }

    [GeneratedRegex(@"\G(?:(?<comment>#[^\n]*|--[^\n]*|/\*.*?\*/)"
        + @"|(?<string>(?:[rR][bB]?|[bB][rR]?)?(?:'''(?:[^\\]|\\.)*?'''|""""""(?:[^\\]|\\.)*?""""""|'(?!'')(?:[^'\\\n]|\\.)*'|""(?!"""")(?:[^""\\\n]|\\.)*""))"
        + @"|(?<identifier>`(?:[^`\\\n]|\\.)*`)|(?<parameter>(?<!@)@[A-Za-z_][A-Za-z0-9_]*)" + Rest + ")", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex GoogleSqlTokens();

    [GeneratedRegex(@"\A(?:" + GoogleSqlName + @"(?:\." + GoogleSqlName + @")*|-?[0-9]+(?:\.[0-9]+)?|'[^'\\\0\r\n]+'|""[^""\\\0\r\n]+"")\z", RegexOptions.CultureInvariant)]
    private static partial Regex GoogleSqlSingle();
}
