using System.Globalization;

namespace Runtime.Storage;

/// <summary>The place of one session in a list, so that the next page starts behind it however many rows came or went before it.</summary>
/// <param name="Time">The last session's time, of the kind that the list is ordered by.</param>
/// <param name="User">Its user.</param>
/// <param name="Id">Its id.</param>
/// <param name="List">Says which list: order and filter.</param>
public sealed record SessionCursor(DateTimeOffset Time, string User, string Id, string List)
{
    /// <summary>Writes the cursor as an opaque page token, safe in a URL.</summary>
    public string Encode() => PageToken.Encode(List, Time.UtcTicks.ToString(CultureInfo.InvariantCulture), User, Id);

    /// <summary>Reads a page token; an empty one is the first page.</summary>
    /// <exception cref="InvalidInputException">The token was not made by <see cref="Encode"/>, or for another order or filter.</exception>
    public static SessionCursor? Decode(string token, SessionOrder order, SessionFilter filter)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(filter);
        if (token.Length == 0)
        {
            return null;
        }

        return PageToken.TryDecode(token) is [var list, var time, var user, var id]
            && list == Describe(order, filter)
            && PageToken.TryTime(time, out var parsed)
            ? new(parsed, user, id, list)
            : throw new InvalidInputException("page_token", token, "the next_page_token of a list with the same filter and order");
    }

    /// <summary>Marks the place behind a session, for a page that ends there.</summary>
    public static SessionCursor At(Session last, SessionListQuery query)
    {
        ArgumentNullException.ThrowIfNull(last);
        ArgumentNullException.ThrowIfNull(query);
        return new(query.ByUpdateTime ? last.UpdateTime : last.CreateTime, last.Key.User, last.Key.Id, Describe(query.Order, query.Filter));
    }

    private static string Describe(SessionOrder order, SessionFilter filter) => PageToken.Fingerprint(
        order.ToString(), filter.User, filter.DisplayName, filter.Labels.ToJson(), filter.UpdatedFrom?.UtcTicks.ToString(CultureInfo.InvariantCulture),
        filter.UpdatedUntil?.UtcTicks.ToString(CultureInfo.InvariantCulture));
}
