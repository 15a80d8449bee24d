namespace Runtime.GoogleCloud.PubSub;

/// <summary>How much a subscriber holds, and for how long.</summary>
public sealed record SubscriberOptions
{
    public static SubscriberOptions Default { get; } = new();

    /// <summary>
    /// Gets how long the server waits for an acknowledgement before it delivers a message again, 10 to 600 s. Default 60 s; it is
    /// prolonged while a message is held.
    /// </summary>
    public TimeSpan AckDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets for how long the deadline of one message is prolonged at most. Default 60 minutes.</summary>
    public TimeSpan LongestLease { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Gets how many messages are held before no more are read. Default 1000.</summary>
    public int HeldMessages { get; init; } = 1000;

    /// <summary>Gets how many bytes of messages are held before no more are read. Default 100 MB.</summary>
    public long HeldBytes { get; init; } = 100_000_000;
}
