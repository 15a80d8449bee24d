namespace Runtime.GoogleCloud.PubSub;

/// <summary>When a publisher sends, and how much it holds. The defaults are those of Google's own publishers, with a bound on memory.</summary>
public sealed record PublisherOptions
{
    public static PublisherOptions Default { get; } = new();

    /// <summary>Gets how many messages make a batch that is sent at once, 1 to 1000. Default 100.</summary>
    public int BatchMessages { get; init; } = 100;

    /// <summary>Gets how many bytes make a batch that is sent at once; Pub/Sub takes at most 10 MB in a call. Default 1 MB.</summary>
    public int BatchBytes { get; init; } = 1_000_000;

    /// <summary>Gets how long a message waits for others. Default 10 ms.</summary>
    public TimeSpan BatchDelay { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Gets how many bytes may wait for their answer before who publishes more waits too. Default 100 MB.</summary>
    public int PendingBytes { get; init; } = 100_000_000;
}
