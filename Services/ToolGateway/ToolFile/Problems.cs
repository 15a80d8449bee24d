using Runtime.ServiceDefaults.Settings;
using Runtime.ToolGateway.ToolFile.Yaml;

namespace Runtime.ToolGateway.ToolFile;

/// <summary>What is wrong with the files, all of it, so that one look is enough to correct them.</summary>
internal sealed class Problems
{
    private readonly List<(Place Place, string Text)> _all = [];

    public int Count => _all.Count;

    /// <summary>Gets the problems in the order of the files, each as <c>file:line:column: text</c>.</summary>
    public IReadOnlyList<string> All =>
    [
        .. _all.OrderBy(problem => problem.Place.File, StringComparer.Ordinal)
            .ThenBy(problem => problem.Place.Line)
            .ThenBy(problem => problem.Place.Column)
            .Select(problem => $"{problem.Place}: {problem.Text}")
            .Distinct(StringComparer.Ordinal),
    ];

    public void Add(Place place, string text) => _all.Add((place, text));

    /// <summary>Ends a message about a name that is not known: what may have been meant, and what there is.</summary>
    public static string Hint(string came, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToArray();
        if (names.Length is 0)
        {
            return "There is none.";
        }

        var nearest = names.MinBy(name => EditDistance.Between(came, name))!;
        var meant = EditDistance.Between(came, nearest) <= Math.Min(Math.Max(2, came.Length / 3), came.Length - 1) ? $"Did you mean '{nearest}'? " : "";
        return $"{meant}Known: {string.Join(", ", names)}.";
    }
}
