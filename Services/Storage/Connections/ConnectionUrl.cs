namespace Runtime.Storage.Connections;

/// <summary>A session database address, taken apart. Which parts mean what is the dialect's to say.</summary>
/// <remarks>
/// Written by hand because <see cref="Uri"/> normalises what SQLite addresses tell apart: <c>sqlite:///a.db</c> and <c>sqlite:////a.db</c>.
/// A text without <c>://</c> that holds <c>=</c> is a keyword string of Npgsql, with the scheme <c>postgresql</c>.
/// </remarks>
public sealed record ConnectionUrl
{
    private const string SchemeEnd = "://";
    private const string Hidden = "***";

    private static readonly string[] _secretParameters = ["password", "passwd", "pwd", "sslpassword"];

    /// <summary>Gets the scheme in lower case, without the <c>+driver</c> that SQLAlchemy writes behind it.</summary>
    public required string Scheme { get; init; }

    /// <summary>Gets the user, percent-decoded; empty when there is none.</summary>
    public string User { get; init; } = "";

    /// <summary>Gets the password, percent-decoded; <see langword="null"/> when there is none.</summary>
    public string? Password { get; init; }

    /// <summary>Gets the host without brackets; empty when there is none.</summary>
    public string Host { get; init; } = "";

    /// <summary>Gets the port; <see langword="null"/> for the product's own.</summary>
    public int? Port { get; init; }

    /// <summary>Gets what follows the authority, as written: with its leading slash, not decoded.</summary>
    public string Path { get; init; } = "";

    /// <summary>Gets the query parameters, decoded, by name whatever the case.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the keyword string when the address is one; <see langword="null"/> for a URL.</summary>
    public string? Keywords { get; init; }

    /// <summary>Takes an address apart.</summary>
    /// <param name="text">The address.</param>
    /// <param name="fix">What to advise when it is none: the forms that are accepted.</param>
    /// <exception cref="ConnectionUrlException">The text is neither a URL nor a keyword string.</exception>
    public static ConnectionUrl Parse(string text, string fix = "Write a URL, for example sqlite:///sessions.db.")
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();

        var schemeEnd = text.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (schemeEnd <= 0 || !text[..schemeEnd].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
        {
            return text.Contains('=', StringComparison.Ordinal)
                ? new() { Scheme = "postgresql", Keywords = text }
                : throw new ConnectionUrlException("The session database address is neither a URL nor a keyword string.", fix);
        }

        var rest = text[(schemeEnd + SchemeEnd.Length)..];
        var (beforeQuery, query) = Cut(rest, '?');
        var slash = beforeQuery.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? beforeQuery : beforeQuery[..slash];
        var at = authority.LastIndexOf('@');
        var (user, password) = at < 0 ? ("", null) : Cut(authority[..at], ':');
        var (host, port) = HostAndPort(authority[(at + 1)..], text);

        return new()
        {
            Scheme = text[..schemeEnd].Split('+')[0].ToLowerInvariant(),
            User = Uri.UnescapeDataString(user),
            Password = password is null ? null : Uri.UnescapeDataString(password),
            Host = host,
            Port = port,
            Path = slash < 0 ? "" : beforeQuery[slash..],
            Parameters = ParseQuery(query),
        };
    }

    /// <summary>Writes an address so that it may be shown: without passwords, and without the whole of a keyword string.</summary>
    public static string Mask(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        var schemeEnd = text.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (schemeEnd < 0)
        {
            return text.Contains('=', StringComparison.Ordinal) ? "a keyword string" : text;
        }

        var start = schemeEnd + SchemeEnd.Length;
        var (main, query) = Cut(text[start..], '?');
        // The last @ of all, not of the authority: a password with an unescaped slash must not be shown either.
        var at = main.LastIndexOf('@');
        var colon = main.IndexOf(':', StringComparison.Ordinal);
        if (at >= 0 && colon >= 0 && colon < at)
        {
            main = string.Concat(main.AsSpan(0, colon + 1), Hidden, main.AsSpan(at));
        }

        var shownQuery = query?.Split('&').Select(pair =>
        {
            var (name, value) = Cut(pair, '=');
            return value is not null && _secretParameters.Contains(name, StringComparer.OrdinalIgnoreCase) ? $"{name}={Hidden}" : pair;
        });
        return text[..start] + main + (shownQuery is null ? "" : "?" + string.Join('&', shownQuery));
    }

    private static (string Before, string? After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }

    private static (string Host, int? Port) HostAndPort(string text, string whole)
    {
        if (text is ":memory:")
        {
            return (text, null);
        }

        // [::1]:5432
        var bracket = text.LastIndexOf(']');
        var colon = text.LastIndexOf(':');
        if (colon <= bracket)
        {
            return (text.Trim('[', ']'), null);
        }

        return int.TryParse(text.AsSpan(colon + 1), out var port) && port is > 0 and <= 65535
            ? (text[..colon].Trim('[', ']'), port)
            : throw new ConnectionUrlException(
                $"The session database address '{Mask(whole)}' has no usable port.",
                "Write a port from 1 to 65535, and percent-encode a password that holds '@', ':' or '/'.");
    }

    private static Dictionary<string, string> ParseQuery(string? query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(pair, '=');
            parameters[Uri.UnescapeDataString(name)] = Uri.UnescapeDataString(value ?? "");
        }

        return parameters;
    }
}
