using Google.Cloud.PubSub.V1;

namespace Runtime.GoogleCloud.PubSub;

/// <summary>A message that waits to be published, and its answer: the id that the server gives it.</summary>
internal sealed class PendingMessage(PubsubMessage message)
{
    // Those who wait go on outside of the publisher's lock.
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _id = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PubsubMessage Message { get; } = message;

    public int Size { get; } = message.CalculateSize();

    /// <summary>Gets what ends when the publisher has room for the message, or will never have.</summary>
    public Task Admitted => _admitted.Task;

    public Task<string> Id => _id.Task;

    public void Admit() => _admitted.TrySetResult();

    public void Succeed(string id) => _id.TrySetResult(id);

    public void Fail(Exception error)
    {
        _id.TrySetException(error);
        _admitted.TrySetResult();
    }
}
