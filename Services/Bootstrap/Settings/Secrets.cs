using System.Text.RegularExpressions;

namespace Runtime.Bootstrap.Settings;

/// <summary>Takes secrets out of texts that people see.</summary>
internal static partial class Secrets
{
    public const string Hidden = "***";

    /// <summary>Hides the password of a URL, and the values of parameters that hold secrets.</summary>
    public static string Mask(string text) => Parameter().Replace(UserInfo().Replace(text, $"$1{Hidden}@"), $"$1{Hidden}");

    // postgresql://user:p@ss/word@host/db: up to the last @, because a password may hold one that is not escaped.
    [GeneratedRegex("(://[^:@/?#]*:).*@")]
    private static partial Regex UserInfo();

    // ?sslmode=require&password=x, and the keyword form Host=h;Password=x
    [GeneratedRegex(@"(?i)((?:^|[?&;\s])(?:[\w-]*(?:password|passwd|pwd|token|secret)|(?:api_?|access_?)?key)\s*=\s*)[^&;]*")]
    private static partial Regex Parameter();
}
