namespace Runtime.Storage;

/// <summary>Which events a read brings along. The time filter goes first, the count second.</summary>
/// <param name="NumRecent">Only the newest so many; 0 brings none, <see langword="null"/> all.</param>
/// <param name="After">Only events at or after this time; <see langword="null"/> for no limit.</param>
public readonly record struct EventWindow(int? NumRecent = null, DateTimeOffset? After = null)
{
    /// <summary>Every event.</summary>
    public static EventWindow All => default;
}

/// <summary>The order of a list; sessions of one update time follow each other by user and id.</summary>
public enum SessionOrder
{
    /// <summary>Oldest change first: a session that changes between two pages is seen again, never missed.</summary>
    UpdateTimeAscending,

    /// <summary>Newest change first.</summary>
    UpdateTimeDescending,
}

/// <summary>One page of a list.</summary>
/// <param name="App">The app whose sessions are listed.</param>
/// <param name="User">Only this user's sessions; <see langword="null"/> for all users of the app.</param>
/// <param name="Size">At most so many sessions, from 1.</param>
/// <param name="Order">The order of the whole list.</param>
/// <param name="After">Where the previous page ended; <see langword="null"/> for the first page.</param>
public sealed record SessionListQuery(string App, string? User, int Size, SessionOrder Order = default, SessionCursor? After = null);

/// <summary>One page, and where the next begins.</summary>
/// <param name="Sessions">With merged state and without events.</param>
/// <param name="Next"><see langword="null"/> after the last page.</param>
public sealed record SessionPage(IReadOnlyList<Session> Sessions, SessionCursor? Next)
{
    /// <summary>Makes a page from one row more than was asked for: that row only says that there is a next page.</summary>
    internal static SessionPage From(List<Session> rows, SessionListQuery query)
    {
        if (rows.Count <= query.Size)
        {
            return new(rows, null);
        }

        rows.RemoveRange(query.Size, rows.Count - query.Size);
        var last = rows[^1];
        return new(rows, new(query.Order, query.User, last.UpdateTime, last.Key.User, last.Key.Id));
    }
}
