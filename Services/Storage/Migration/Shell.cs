namespace Runtime.Storage.Migration;

/// <summary>Words of a command line that people copy.</summary>
internal static class Shell
{
    /// <summary>Puts a word into single quotes unless a shell takes all of its characters as they are.</summary>
    public static string Quote(string? word) => word is { Length: > 0 } && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':')
        ? word
        : $"'{(word ?? "").Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
