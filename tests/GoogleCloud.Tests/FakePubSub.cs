using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Google.Cloud.PubSub.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.GoogleCloud.PubSub;

namespace Runtime.GoogleCloud.Tests;

/// <summary>A Pub/Sub that publishes everything but what a test forbids, and delivers what a test queues.</summary>
internal sealed class FakePubSub : FakeUpstream
{
    public const string Topic = "projects/p/topics/t";
    public const string Subscription = "projects/p/subscriptions/s";

    private readonly ConcurrentQueue<(StreamingPullResponse[] Answers, RpcException? End)> _streams = new();
    private int _messages;

    /// <summary>Gets or sets what a request to publish meets before it is answered; it throws, waits, or does nothing.</summary>
    public Func<PublishRequest, Task> OnPublish { get; set; } = _ => Task.CompletedTask;

    /// <summary>Gets or sets what an acknowledgement fails with; null for success.</summary>
    public RpcException? OnAcknowledge { get; set; }

    public PubSubClient Client() => new(Connection(PubSubClient.Product));

    public PubSubSubscriber Subscriber(TimeProvider time) => new(Connection(PubSubClient.Product), Client(), time);

    /// <summary>The next stream delivers these, one answer each, and then ends with the error, or stays open where there is none.</summary>
    public FakePubSub Deliver(IEnumerable<string[]> answers, RpcException? end = null)
    {
        _streams.Enqueue(([.. answers.Select(ids => new StreamingPullResponse { ReceivedMessages = { ids.Select(Received) } })], end));
        return this;
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        if (request is not PublishRequest publish)
        {
            return base.AsyncUnaryCall(method, host, options, request);
        }

        return new(AnswerAsync(), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });

        async Task<TResponse> AnswerAsync()
        {
            Remember(publish.Clone());
            await OnPublish(publish);
            return (TResponse)(object)new PublishResponse
            {
                MessageIds = { publish.Messages.Select(_ => Interlocked.Increment(ref _messages).ToString(System.Globalization.CultureInfo.InvariantCulture)) },
            };
        }
    }

    protected override IMessage Unary(IMessage request)
    {
        Remember(request);
        return request is AcknowledgeRequest && OnAcknowledge is { } error ? throw error : new Empty();
    }

    protected override async IAsyncEnumerable<IMessage> Duplex([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = _streams.TryDequeue(out var stream);
        foreach (var answer in found ? stream.Answers : [])
        {
            await Task.Yield();
            yield return answer;
        }

        if (stream.End is not null)
        {
            throw stream.End;
        }

        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private void Remember(IMessage request)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }
    }

    private static ReceivedMessage Received(string id) => new() { AckId = id, Message = new PubsubMessage { MessageId = id, Data = ByteString.CopyFromUtf8(id) } };
}
