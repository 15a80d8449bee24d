namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>A database product that the service, its floors and a peer are measured on, each with a database of its own.</summary>
internal interface IBenchDatabase : IAsyncDisposable
{
    /// <summary>Gets the address that the service is given.</summary>
    string ServiceAddress { get; }

    /// <summary>Gets the further variables that the service needs.</summary>
    IReadOnlyDictionary<string, string> ServiceVariables { get; }

    /// <summary>Gets the address that ADK JS is given; <see langword="null"/> where it has no driver.</summary>
    string? PeerAddress { get; }

    /// <summary>Gets the product with its version.</summary>
    string Version { get; }

    /// <summary>Gets the server's process; <see langword="null"/> for a library, or a server on another machine.</summary>
    int? ProcessId { get; }

    /// <summary>Opens the driver's own loops, the cheapest first, and, where there is one, the bare service, on tables of their own.</summary>
    Task<IReadOnlyList<ISubject>> OpenFloorsAsync(CancellationToken cancellationToken);

    /// <summary>Loads sessions without events into one app of everybody's database, behind their backs.</summary>
    Task LoadSessionsAsync(string app, int count, bool withPeer, CancellationToken cancellationToken);

    /// <summary>Brings the statistics that queries are planned by up to date, after sessions and events were made.</summary>
    Task SettleAsync(bool withPeer, CancellationToken cancellationToken);

    /// <summary>Loads the crowd of events into everybody's database.</summary>
    Task LoadEventsAsync(SessionPool crowd, bool withPeer, CancellationToken cancellationToken);
}
