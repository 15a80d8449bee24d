using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>Whether two answers mean the same.</summary>
internal static partial class Meaning
{
    /// <summary>Fails unless two answers mean the same, or differ as is meant.</summary>
    public static void Compare(Answer theirs, Answer ours, Difference? difference = null)
    {
        var both = $"Toolbox: {theirs}\nGateway: {ours}";
        if (difference is null)
        {
            Assert.True(IsSame(theirs, ours), both);
        }
        else
        {
            Assert.False(IsSame(theirs, difference.Ours) && difference.Ours.Rows is not null, $"'{difference.Subject}' is no difference any more.\n{both}");
            Assert.True(IsSame(difference.Ours, ours), $"{both}\nMeant: {difference.Ours} ({difference.Subject})");
        }
    }

    /// <summary>Rows have to be equal JSON with their columns in one order. Of two errors, ours has to name the parameter and the SQL state that theirs names.</summary>
    public static bool IsSame(Answer theirs, Answer ours) =>
        theirs.Status == ours.Status
        && (theirs.Rows, ours.Rows) switch
        {
            ({ } expected, { } actual) => IsSame(expected, actual, membersHaveOrder: true),
            // Refusals with a status of their own are for programs, which read the status.
            (null, null) => theirs.Status is not HttpStatusCode.OK || Landmarks(theirs.Error!).All(word => ours.Error!.Contains(word, StringComparison.Ordinal)),
            _ => false,
        };

    /// <summary>Whether two values are equal: numbers by value, members of objects in any order.</summary>
    public static bool IsSame(JsonElement expected, JsonElement actual) => IsSame(expected, actual, membersHaveOrder: false);

    // A row's columns have an order and may share a name; the members of a JSON value in a column have and may not.
    private static bool IsSame(JsonElement expected, JsonElement actual, bool membersHaveOrder) => (expected.ValueKind, actual.ValueKind) switch
    {
        (JsonValueKind.Array, JsonValueKind.Array) =>
            expected.GetArrayLength() == actual.GetArrayLength()
            && expected.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => IsSame(pair.First, pair.Second, membersHaveOrder)),
        (JsonValueKind.Object, JsonValueKind.Object) =>
            Members(expected, membersHaveOrder).Select(member => member.Name).SequenceEqual(Members(actual, membersHaveOrder).Select(member => member.Name))
            && Members(expected, membersHaveOrder).Zip(Members(actual, membersHaveOrder)).All(pair => IsSame(pair.First.Value, pair.Second.Value, false)),
        (JsonValueKind.Number, JsonValueKind.Number) => Number(expected).Equals(Number(actual)),
        (JsonValueKind.String, JsonValueKind.String) => expected.ValueEquals(actual.GetString()),
        var (one, other) => one == other,
    };

    private static IEnumerable<JsonProperty> Members(JsonElement value, bool inOrder) =>
        inOrder ? value.EnumerateObject() : value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal);

    // Exact where a decimal holds it, so that a double in between does not make two numbers one.
    private static object Number(JsonElement value) =>
        decimal.TryParse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && value.GetRawText().Length < 28
            ? (double)exact == 0 ? 0m : exact
            : value.GetDouble();

    private static IEnumerable<string> Landmarks(string error) => Landmark().Matches(error).Select(match => match.Groups["word"].Value);

    [GeneratedRegex("""parameter "(?<word>[^"]+)"|value for "(?<word>[^"]+)"|SQLSTATE (?<word>\w+)""")]
    private static partial Regex Landmark();
}
