namespace Runtime.Storage;

/// <summary>Which events a read brings along. The time filter goes first, the count second.</summary>
/// <param name="NumRecent">Only the newest so many; 0 brings none, <see langword="null"/> all.</param>
/// <param name="After">Only events at or after this time; <see langword="null"/> for no limit.</param>
public readonly record struct EventWindow(int? NumRecent = null, DateTimeOffset? After = null)
{
    /// <summary>Every event.</summary>
    public static EventWindow All => default;
}

/// <summary>One page of a session's events, by time; events of one time follow each other in the order of append.</summary>
/// <param name="Size">At most so many events, from 1.</param>
/// <param name="Descending">Newest first: exactly the reverse of the ascending order.</param>
/// <param name="From">Only events at or after this time; <see langword="null"/> for no limit.</param>
/// <param name="Until">Only events before this time; <see langword="null"/> for no limit.</param>
/// <param name="After">Where the previous page ended; <see langword="null"/> for the first page.</param>
/// <param name="MaxBytes">The page ends before its JSON passes so many bytes, but never without an event.</param>
public sealed record EventListQuery(
    int Size, bool Descending = false, DateTimeOffset? From = null, DateTimeOffset? Until = null, EventCursor? After = null, int MaxBytes = int.MaxValue);

/// <summary>One page of events, and where the next begins.</summary>
/// <param name="Events">In the order that was asked for.</param>
/// <param name="Next"><see langword="null"/> after the last page.</param>
/// <param name="Revision">The session's revision when the page was read.</param>
public sealed record EventPage(IReadOnlyList<SessionEvent> Events, EventCursor? Next, long Revision)
{
    /// <summary>Cuts a page from rows of which there may be one more than was asked for: that row only says that there is a next page.</summary>
    public static EventPage From(List<SessionEvent> rows, EventListQuery query, long revision)
    {
        long bytes = 0;
        var count = 0;
        while (count < rows.Count && count < query.Size && ((bytes += rows[count].Json.Length) <= query.MaxBytes || count == 0))
        {
            count++;
        }

        if (count == rows.Count)
        {
            return new(rows, null, revision);
        }

        rows.RemoveRange(count, rows.Count - count);
        return new(rows, EventCursor.At(rows[^1], query), revision);
    }
}

/// <summary>What a list of sessions is ordered by; sessions of one time follow each other by user and id. Descending is the exact reverse.</summary>
public enum SessionOrder
{
    /// <summary>Oldest change first: a session that changes between two pages is seen again, never missed.</summary>
    UpdateTimeAscending,

    /// <summary>Newest change first.</summary>
    UpdateTimeDescending,

    /// <summary>Oldest session first.</summary>
    CreateTimeAscending,

    /// <summary>Newest session first.</summary>
    CreateTimeDescending,
}

/// <summary>Which sessions a list shows; all conditions together.</summary>
public sealed record SessionFilter
{
    /// <summary>Every session.</summary>
    public static SessionFilter All { get; } = new();

    /// <summary>Gets the user whose sessions are shown; <see langword="null"/> for all users of the app.</summary>
    public string? User { get; init; }

    /// <summary>Gets the name for people that the session has exactly; <see langword="null"/> for any.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Gets labels that the session has with just these values.</summary>
    public SessionLabels Labels { get; init; } = SessionLabels.None;

    /// <summary>Gets the earliest update time; <see langword="null"/> for no limit.</summary>
    public DateTimeOffset? UpdatedFrom { get; init; }

    /// <summary>Gets the time that the update time is before; <see langword="null"/> for no limit.</summary>
    public DateTimeOffset? UpdatedUntil { get; init; }
}

/// <summary>One page of a list.</summary>
/// <param name="App">The app whose sessions are listed.</param>
/// <param name="Filter">Which of them.</param>
/// <param name="Size">At most so many sessions, from 1.</param>
/// <param name="Order">The order of the whole list.</param>
/// <param name="After">Where the previous page ended; <see langword="null"/> for the first page.</param>
public sealed record SessionListQuery(string App, SessionFilter Filter, int Size, SessionOrder Order = default, SessionCursor? After = null)
{
    /// <summary>Gets whether the order is that of update times, not of create times.</summary>
    public bool ByUpdateTime => Order is SessionOrder.UpdateTimeAscending or SessionOrder.UpdateTimeDescending;

    /// <summary>Gets whether the newest come first.</summary>
    public bool Descending => Order is SessionOrder.UpdateTimeDescending or SessionOrder.CreateTimeDescending;
}

/// <summary>One page, and where the next begins.</summary>
/// <param name="Sessions">With merged state and without events.</param>
/// <param name="Next"><see langword="null"/> after the last page.</param>
public sealed record SessionPage(IReadOnlyList<Session> Sessions, SessionCursor? Next)
{
    /// <summary>Makes a page from one row more than was asked for: that row only says that there is a next page.</summary>
    public static SessionPage From(List<Session> rows, SessionListQuery query)
    {
        if (rows.Count <= query.Size)
        {
            return new(rows, null);
        }

        rows.RemoveRange(query.Size, rows.Count - query.Size);
        return new(rows, SessionCursor.At(rows[^1], query));
    }
}

/// <summary>How far a session has come.</summary>
public readonly record struct SessionHead(string Id, long Revision);
