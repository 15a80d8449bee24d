using System.Text;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex;

/// <summary>One comparison of a filter: <c>labels.team = "a"</c>.</summary>
/// <param name="Field">The path, without quotes: <c>labels.team</c>.</param>
/// <param name="Operator"><c>=</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&gt;=</c>.</param>
/// <param name="Value">The value without quotes and escapes.</param>
internal readonly record struct Comparison(string Field, string Operator, string Value);

/// <summary>Reads filters: the part of https://google.aip.dev/160 that is comparisons joined by <c>AND</c>.</summary>
internal static class ListFilter
{
    /// <param name="filter">As <c>user_id="a" AND labels.team="b"</c>; empty for none.</param>
    /// <param name="allowed">What the error says is supported.</param>
    /// <exception cref="InvalidArgumentException">It is not of that form.</exception>
    public static List<Comparison> Parse(string filter, string allowed)
    {
        var comparisons = new List<Comparison>();
        var at = 0;
        SkipSpace();
        while (at < filter.Length)
        {
            if (comparisons.Count > 0)
            {
                if (Word() != "AND")
                {
                    throw Refused();
                }

                SkipSpace();
            }

            var field = Path();
            SkipSpace();
            var comparison = Operator();
            SkipSpace();
            comparisons.Add(new(field, comparison, at < filter.Length && filter[at] is '"' or '\'' ? Quoted() : Word()));
            SkipSpace();
        }

        return comparisons;

        InvalidArgumentException Refused() => new("filter", filter, allowed);

        void SkipSpace()
        {
            while (at < filter.Length && char.IsWhiteSpace(filter[at]))
            {
                at++;
            }
        }

        // labels.team, labels."cost-centre"
        string Path()
        {
            var path = new StringBuilder(Segment());
            while (at < filter.Length && filter[at] == '.')
            {
                at++;
                path.Append('.').Append(Segment());
            }

            return path.ToString();
        }

        string Segment()
        {
            if (at < filter.Length && filter[at] is '"' or '\'')
            {
                return Quoted();
            }

            var start = at;
            while (at < filter.Length && (char.IsLetterOrDigit(filter[at]) || filter[at] is '_' or '-' || char.IsSurrogate(filter[at])))
            {
                at++;
            }

            return at > start ? filter[start..at] : throw Refused();
        }

        string Operator()
        {
            foreach (var known in (string[])["!=", "<=", ">=", "=", "<", ">"])
            {
                if (string.CompareOrdinal(filter, at, known, 0, known.Length) == 0)
                {
                    at += known.Length;
                    return known;
                }
            }

            throw Refused();
        }

        string Word()
        {
            var start = at;
            while (at < filter.Length && !char.IsWhiteSpace(filter[at]) && filter[at] is not ('"' or '\'' or '(' or ')' or '=' or '<' or '>'))
            {
                at++;
            }

            return at > start ? filter[start..at] : throw Refused();
        }

        string Quoted()
        {
            var quote = filter[at++];
            var text = new StringBuilder();
            while (at < filter.Length && filter[at] != quote)
            {
                // A backslash takes the next character as it is.
                at += filter[at] == '\\' && at + 1 < filter.Length ? 1 : 0;
                text.Append(filter[at++]);
            }

            return at++ < filter.Length ? text.ToString() : throw Refused();
        }
    }
}
