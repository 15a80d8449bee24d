namespace Runtime.Benchmarks.Sessions;

/// <summary>Every question, in the order in which they are asked: the store grows as they go.</summary>
internal static class SessionCases
{
    /// <summary>How many events the other session of a crowded store has.</summary>
    public const int CrowdEvents = 100_000;

    /// <summary>How many sessions one page of a list has.</summary>
    public const int PageSize = 50;

    private static readonly SessionPool _own = new("own", Count: 1024, Events: 0);
    private static readonly SessionPool _hot = new("hot", Count: 1, Events: 0);
    private static readonly SessionPool _empty = new("empty", Count: 1024, Events: 0);
    private static readonly SessionPool _grown = new("grown", Count: 16, Events: 1000);
    private static readonly SessionPool _ten = new("ten", Count: 4, Events: 10);
    private static readonly SessionPool _hundred = new("hundred", Count: 4, Events: 100);
    private static readonly SessionPool _thousand = new("thousand", Count: 2, Events: 1000);

    /// <summary>Gets the one session with the events that crowd the store. It is loaded into the database, not appended.</summary>
    public static SessionPool Crowd { get; } = new("crowd", Count: 1, Events: CrowdEvents);

    public static IReadOnlyList<SessionCase> All { get; } =
    [
        new("create-16", "Create a session, 16 callers", Operation.Create, 16),
        new("append-1", "Append an event, 1 writer", Operation.Append, 1) { Pool = _own },
        new("append-16", "Append an event, 16 writers with sessions of their own", Operation.Append, 16) { Pool = _own },
        new("append-64", "Append an event, 64 writers with sessions of their own", Operation.Append, 64) { Pool = _own },
        new("write-16", "Append an event over one stream, 16 writers with sessions of their own", Operation.Append, 16) { Pool = _own, Streamed = true },
        new("write-64", "Append an event over one stream, 64 writers with sessions of their own", Operation.Append, 64) { Pool = _own, Streamed = true },
        new("append-hot", "Append an event, 16 writers on one session", Operation.Append, 16) { Pool = _hot },
        new("append-at-0", "Append to sessions with no or few events, 1 writer", Operation.Append, 1) { Pool = _empty },
        new("append-at-1000", "Append to sessions with 1 000 events and more, 1 writer", Operation.Append, 1) { Pool = _grown, Beside = "append-at-0" },
        new("get-10", "Read a session with 10 events, 4 readers", Operation.Get, 4) { Pool = _ten },
        new("get-100", "Read a session with 100 events, 4 readers", Operation.Get, 4) { Pool = _hundred },
        new("get-1000", "Read a session with 1 000 events, 4 readers", Operation.Get, 4) { Pool = _thousand },
        new("recent-10", "Read the newest 10 of 1 000 events, 4 readers", Operation.Get, 4) { Pool = _thousand, Recent = 10 },
        new("list-1000", "List a page of 50 of 1 000 sessions, 4 readers", Operation.List, 4) { Listed = 1000 },
        new("list-50000", "List a page of 50 of 50 000 sessions, 4 readers", Operation.List, 4) { Listed = 50_000, Beside = "list-1000" },
        new("recent-10-crowded", "The same as recent-10 while the store holds 100 000 other events", Operation.Get, 4) { Pool = _thousand, Recent = 10, Crowded = true },
        new("recent-10-of-100k", "Read the newest 10 of 100 000 events, 4 readers", Operation.Get, 4) { Pool = Crowd, Recent = 10, Crowded = true },
    ];
}
