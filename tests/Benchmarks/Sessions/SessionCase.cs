namespace Runtime.Benchmarks.Sessions;

/// <summary>An operation of the session service.</summary>
internal enum Operation
{
    Create,
    Append,
    Get,
    List,
}

/// <summary>Sessions that the operations of a case go to; made before the case is measured.</summary>
/// <param name="Name">Their ids are this name and a number.</param>
/// <param name="Count">How many sessions there are.</param>
/// <param name="Events">How many events each one has at first.</param>
internal sealed record SessionPool(string Name, int Count, int Events)
{
    /// <summary>Names the session that a caller uses: callers share none as long as there are as many sessions as callers.</summary>
    public string Session(int caller, int callers, int turn) => Id((int)((caller + ((long)turn * callers)) % Count));

    public string Id(int number) => $"{Name}-{number}";
}

/// <summary>One question about the cost of an operation.</summary>
/// <param name="Name">The word for it on the command line.</param>
/// <param name="Question">What a reader learns from it.</param>
/// <param name="Operation">What is done over and over.</param>
/// <param name="Callers">By how many callers at once.</param>
internal sealed record SessionCase(string Name, string Question, Operation Operation, int Callers)
{
    public const string App = "bench";
    public const string User = "ada";

    /// <summary>Gets the sessions that are appended to or read.</summary>
    public SessionPool? Pool { get; init; }

    /// <summary>Gets whether the service is sent its appends over one stream, instead of a call for each.</summary>
    public bool Streamed { get; init; }

    /// <summary>Gets how many of the newest events are read; <see langword="null"/> for all.</summary>
    public int? Recent { get; init; }

    /// <summary>Gets how many sessions the app has whose first page is listed.</summary>
    public int Listed { get; init; }

    /// <summary>Gets the case whose rounds alternate with those of this one, because the two are compared; <see langword="null"/> for none.</summary>
    public string? Beside { get; init; }

    /// <summary>Gets whether the store holds <see cref="SessionCases.CrowdEvents"/> other events meanwhile.</summary>
    public bool Crowded { get; init; }

    /// <summary>Gets the app whose sessions are listed.</summary>
    public string ListedApp => $"{App}-{Listed}";
}
