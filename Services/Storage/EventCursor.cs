using System.Globalization;

namespace Runtime.Storage;

/// <summary>The place of one event in a session's order, so that the next page starts behind it.</summary>
/// <param name="Timestamp">The last event's time.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Id">Its id.</param>
/// <param name="List">Says which list: direction and limits of time.</param>
public sealed record EventCursor(DateTimeOffset Timestamp, long Revision, string Id, string List)
{
    /// <summary>Writes the cursor as an opaque page token, safe in a URL.</summary>
    public string Encode() => PageToken.Encode(
        List, Timestamp.UtcTicks.ToString(CultureInfo.InvariantCulture), Revision.ToString(CultureInfo.InvariantCulture), Id);

    /// <summary>Reads a page token; an empty one is the first page.</summary>
    /// <param name="query">The list that the token is to continue; its own cursor is not looked at.</param>
    /// <exception cref="InvalidInputException">The token was not made by <see cref="Encode"/>, or for another direction or other limits.</exception>
    public static EventCursor? Decode(string token, EventListQuery query)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(query);
        if (token.Length == 0)
        {
            return null;
        }

        return PageToken.TryDecode(token) is [var list, var time, var revision, var id]
            && list == Describe(query)
            && PageToken.TryTime(time, out var timestamp)
            && long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(timestamp, number, id, list)
            : throw new InvalidInputException("page_token", token, "the next_page_token of a list with the same limits of time and direction");
    }

    /// <summary>Marks the place behind an event, for a page that ends there.</summary>
    public static EventCursor At(SessionEvent last, EventListQuery query)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(query);
        return new(last.Timestamp, last.Revision, last.Id, Describe(query));
    }

    private static string Describe(EventListQuery query) => PageToken.Fingerprint(
        query.Descending ? "desc" : "asc", query.From?.UtcTicks.ToString(CultureInfo.InvariantCulture), query.Until?.UtcTicks.ToString(CultureInfo.InvariantCulture));
}
