namespace Runtime.Benchmarks.Sessions.Vertex;

/// <summary>What the Vertex AI Sessions API is asked beside the native one.</summary>
internal static class VertexCases
{
    /// <summary>How many events a page has at most. The native API's default limit, and as many as the longest session here has.</summary>
    public const int PageSize = 1000;

    public static IReadOnlyList<SessionCase> All { get; } =
    [
        new("vertex-append-16", "Append an event, 16 writers with sessions of their own", Operation.Append, 16) { Pool = new("own", Count: 1024, Events: 0) },
        new("vertex-get-100", "List the 100 events of a session, 4 readers", Operation.Get, 4) { Pool = new("hundred", Count: 4, Events: 100) },
        new("vertex-get-1000", "List the 1 000 events of a session, 4 readers", Operation.Get, 4) { Pool = new("thousand", Count: 2, Events: PageSize) },
    ];
}
