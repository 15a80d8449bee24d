using System.Globalization;
using System.Text.RegularExpressions;

namespace Runtime.ToolGateway.Kinds.Sql;

/// <summary>How a database's SQL is divided into words, quotations and comments: enough to know where a place in a statement is.</summary>
internal sealed partial class SqlDialect
{
    // The marks that stand for template parameters while a statement is looked at; see StatementTemplate.
    private const string Rest = @"|(?<mark>\uE100)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>[0-9]+(?:\.[0-9]*)?)|(?<blank>\s+)|(?<symbol>.)";

    private readonly Regex _tokens;
    private readonly Dictionary<string, char> _quotes;
    private readonly bool _hasBackslashes;
    private readonly Regex _single;

    private SqlDialect(string name, Regex tokens, Dictionary<string, char> quotes, string identifierQuotes, bool hasBackslashes, Regex? single = null)
    {
        Name = name;
        _tokens = tokens;
        _quotes = quotes;
        _hasBackslashes = hasBackslashes;
        var quoted = string.Concat(identifierQuotes.Select(quote => $@"|{quote}(?:[^{quote}\\\0]|{quote}{quote})+{quote}"));
        var identifier = $@"(?:[\p{{L}}_][\p{{L}}\p{{N}}_]*{quoted})";
        _single = single ?? new($@"\A(?:{identifier}(?:\.{identifier})*|-?[0-9]+(?:\.[0-9]+)?|'(?:[^'\\\0]|'')*')\z", RegexOptions.CultureInvariant);
    }

    public static SqlDialect PostgreSql { get; } = new(
        "PostgreSQL", PostgreSqlTokens(), new(StringComparer.Ordinal) { ["single-quotes"] = '\'', ["double-quotes"] = '"' }, "\"", hasBackslashes: false);

    public static SqlDialect MySql { get; } = new(
        "MySQL", MySqlTokens(), new(StringComparer.Ordinal) { ["single-quotes"] = '\'', ["double-quotes"] = '"', ["backticks"] = '`' }, "`", hasBackslashes: true);

    public static SqlDialect Sqlite { get; } = new(
        "SQLite",
        SqliteTokens(),
        new(StringComparer.Ordinal) { ["single-quotes"] = '\'', ["double-quotes"] = '"', ["backticks"] = '`', ["square-brackets"] = ']' },
        "\"`",
        hasBackslashes: false);

    /// <summary>Gets what messages call it.</summary>
    public string Name { get; }

    /// <summary>Gets the ways of quoting that it has.</summary>
    public IReadOnlyCollection<string> Escapes => _quotes.Keys;

    /// <summary>Returns the words, quotations and symbols of a statement, without blanks and comments that hold no mark.</summary>
    public IReadOnlyList<SqlToken> Tokens(string sql)
    {
        List<SqlToken> tokens = [];
        foreach (Match match in _tokens.Matches(sql))
        {
            var kind = KindOf(match);
            if (kind is not SqlTokenKind.Blank || match.Value.Contains(StatementTemplate.Mark, StringComparison.Ordinal))
            {
                tokens.Add(new(kind, match.Value));
            }
        }

        return tokens;
    }

    /// <summary>Gives every placeholder the number that the database counts it by: <c>?</c> and names in the order of their first use.</summary>
    public string NumberPlaceholders(string sql)
    {
        Dictionary<string, int> names = new(StringComparer.Ordinal);
        var last = 0;
        return _tokens.Replace(sql, match =>
        {
            if (!match.Groups["parameter"].Success)
            {
                return match.Value;
            }

            if (match.Value[0] is '?' && int.TryParse(match.ValueSpan[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                last = Math.Max(last, number);
            }
            else if (match.Value is "?" || !names.TryGetValue(match.Value, out number))
            {
                number = ++last;
                names[match.Value] = number;
            }

            return string.Create(CultureInfo.InvariantCulture, $"?{number}");
        });
    }

    /// <summary>Quotes a text so that it is one name or one literal, whatever is in it.</summary>
    public string Quote(string text, string escape)
    {
        var close = _quotes[escape];
        if (BindsByName)
        {
            return QuoteGoogleSql(text, close);
        }

        var open = close is ']' ? '[' : close;
        if (_hasBackslashes && close is not '`')
        {
            text = text.Replace(@"\", @"\\", StringComparison.Ordinal);
        }

        return $"{open}{text.Replace(close.ToString(), $"{close}{close}", StringComparison.Ordinal)}{close}";
    }

    /// <summary>Returns whether a text is one name, one number or one literal: it cannot end the place that it is put in.</summary>
    public bool IsSingle(string text) => _single.IsMatch(text);

    [GeneratedRegex(@"\G(?:(?<comment>--[^\n]*|/\*(?>[^*/]+|\*(?!/)|/(?!\*)|(?<depth>/\*)|(?<-depth>\*/))*(?(depth)(?!))\*/)"
        + @"|(?<string>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|\$(?<tag>(?:[\p{L}_][\p{L}\p{N}_]*)?)\$.*?\$\k<tag>\$)|(?<identifier>""(?:[^""]|"""")*"")"
        + @"|(?<parameter>\$[0-9]+)" + Rest + ")", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex PostgreSqlTokens();

    // "/*!" runs what is in it: it is left to be symbols, which no rule takes for harmless.
    [GeneratedRegex(@"\G(?:(?<comment>#[^\n]*|--(?=\s|\z)[^\n]*|/\*(?!!).*?\*/)|(?<string>'(?:[^'\\]|\\.|'')*'|""(?:[^""\\]|\\.|"""")*"")|(?<identifier>`(?:[^`]|``)*`)"
        + @"|(?<parameter>\?)" + Rest + ")", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex MySqlTokens();

    [GeneratedRegex(@"\G(?:(?<comment>--[^\n]*|/\*.*?(?:\*/|\z))|(?<string>'(?:[^']|'')*')|(?<identifier>""(?:[^""]|"""")*""|`(?:[^`]|``)*`|\[[^\]]*\])"
        + @"|(?<parameter>\?[0-9]*|[:@$][\p{L}_][\p{L}\p{N}_]*)" + Rest + ")", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex SqliteTokens();

    private static SqlTokenKind KindOf(Match match) =>
        match.Groups["word"].Success ? SqlTokenKind.Word
        : match.Groups["symbol"].Success ? SqlTokenKind.Symbol
        : match.Groups["mark"].Success ? SqlTokenKind.Mark
        : match.Groups["string"].Success ? SqlTokenKind.Text
        : match.Groups["identifier"].Success ? SqlTokenKind.Identifier
        : match.Groups["parameter"].Success ? SqlTokenKind.Parameter
        : match.Groups["number"].Success ? SqlTokenKind.Number
        : SqlTokenKind.Blank;
}

internal enum SqlTokenKind
{
    Word,
    Symbol,
    Mark,
    Text,
    Identifier,
    Parameter,
    Number,
    Blank,
}

/// <summary>A word, quotation or symbol of a statement.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text)
{
    /// <summary>Gets a value indicating whether it begins a quotation or comment that does not end: what follows is not what it seems.</summary>
    public bool IsUnended => Kind is SqlTokenKind.Symbol && Text is "'" or "\"" or "`";

    public bool Is(string word) => Kind is SqlTokenKind.Word or SqlTokenKind.Symbol && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
