using System.Text.RegularExpressions;
using Runtime.Testing;

namespace Runtime.Docs.Tests;

/// <summary>A page of the documentation: headings, tables and links, as far as tests compare them with the code.</summary>
internal sealed partial class MarkdownPage
{
    private readonly string[] _lines;

    private MarkdownPage(string path)
    {
        Path = path;
        _lines = File.ReadAllLines(System.IO.Path.Combine(Repository.Root, path));
        Headings = [.. _lines.Where(line => line.StartsWith('#')).Select(line => line.TrimStart('#').Trim())];
    }

    public static MarkdownPage Settings { get; } = new("docs/settings.md");

    public static MarkdownPage Errors { get; } = new("docs/errors.md");

    public static MarkdownPage ContinuousIntegration { get; } = new("docs/ci.md");

    public static MarkdownPage Runbook { get; } = new("docs/runbook.md");

    /// <summary>Gets every page of the repository that is written for people.</summary>
    public static IEnumerable<MarkdownPage> All =>
        from file in Directory.EnumerateFiles(System.IO.Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
        select new MarkdownPage(System.IO.Path.GetRelativePath(Repository.Root, file));

    /// <summary>Gets the path from the root of the repository.</summary>
    public string Path { get; }

    public IReadOnlyList<string> Headings { get; }

    /// <summary>Gets the targets of the links to other pages and to headings.</summary>
    public IEnumerable<string> Links => _lines.SelectMany(line => Link().Matches(line)).Select(link => link.Groups[1].Value)
        .Where(target => !target.Contains("://", StringComparison.Ordinal));

    /// <summary>The anchor that Markdown renderers give a heading.</summary>
    public static string AnchorOf(string heading) =>
        new([.. heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c is ' ' ? '-' : c)]);

    /// <summary>Returns the rows of every table whose header begins with these cells; cells are without their back ticks.</summary>
    public IEnumerable<string[]> RowsOf(params string[] header)
    {
        var inTable = false;
        foreach (var line in _lines)
        {
            string[] cells = line.StartsWith('|')
                ? [.. line.Trim('|').Split('|').Select(cell => cell.Replace("`", "", StringComparison.Ordinal).Trim())]
                : [];
            if (cells.Length == 0)
            {
                inTable = false;
            }
            else if (cells.Take(header.Length).SequenceEqual(header))
            {
                inTable = true;
            }
            else if (inTable && !cells[0].StartsWith("---", StringComparison.Ordinal))
            {
                yield return cells;
            }
        }
    }

    /// <summary>Returns the text between a heading and the next one of its level.</summary>
    public string Section(string heading)
    {
        var level = _lines.First(line => line.StartsWith('#') && line.TrimStart('#').Trim() == heading).TakeWhile(c => c == '#').Count();
        var begin = Array.FindIndex(_lines, line => line == $"{new string('#', level)} {heading}") + 1;
        return string.Join('\n', _lines.Skip(begin).TakeWhile(line => !line.StartsWith($"{new string('#', level)} ", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
