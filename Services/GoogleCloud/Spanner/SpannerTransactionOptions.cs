namespace Runtime.GoogleCloud.Spanner;

/// <summary>How a read-write transaction may be tried again.</summary>
public sealed record SpannerTransactionOptions
{
    public static SpannerTransactionOptions Default { get; } = new();

    /// <summary>Gets the longest time for all attempts together. Default 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets whether the work may run again after a commit that may have taken effect. Default false. Set it only where the work reads first
    /// and finds its own writes: it must then give the answer of the run that made them.
    /// </summary>
    public bool RepeatInDoubt { get; init; }
}
