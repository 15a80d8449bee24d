using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Runtime.Sessions.V1;
using SessionsClient = Runtime.Sessions.V1.Sessions.SessionsClient;

namespace Runtime.Benchmarks.Sessions;

/// <summary>One stream of appends that many writers of a process share.</summary>
internal sealed class EventWriter : IAsyncDisposable
{
    // What is there to be sent leaves together.
    private static readonly WriteOptions _moreFollows = new(WriteFlags.BufferHint);

    private readonly Channel<(AppendEventRequest Append, TaskCompletionSource Done)> _appends =
        Channel.CreateUnbounded<(AppendEventRequest, TaskCompletionSource)>(new() { SingleReader = true });

    private readonly ConcurrentDictionary<long, TaskCompletionSource> _unanswered = new();
    private readonly AsyncDuplexStreamingCall<WriteEventsRequest, WriteEventsResponse> _call;
    private readonly Task _running;

    public EventWriter(SessionsClient client)
    {
        _call = client.WriteEvents(cancellationToken: CancellationToken.None);
        _running = RunAsync();
    }

    /// <summary>Appends, and returns after the commit.</summary>
    /// <exception cref="RpcException">The append was refused, or the stream broke.</exception>
    public async Task AppendAsync(AppendEventRequest append)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_appends.Writer.TryWrite((append, done)))
        {
            await _running;
            throw new InvalidOperationException("The stream has ended.");
        }

        await done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _appends.Writer.TryComplete();
        await _running;
        _call.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(SendAsync(), ReceiveAsync());
        }
        finally
        {
            // Nobody waits for an answer that cannot come any more.
            var left = _unanswered.Values.ToList();
            while (_appends.Reader.TryRead(out var unsent))
            {
                left.Add(unsent.Done);
            }

            left.ForEach(static done => done.TrySetException(new RpcException(new(StatusCode.Unavailable, "The stream ended before the answer."))));
        }
    }

    private async Task SendAsync()
    {
        long index = 0;
        while (await _appends.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_appends.Reader.TryRead(out var next))
            {
                _unanswered[index++] = next.Done;
                _call.RequestStream.WriteOptions = _appends.Reader.TryPeek(out _) ? _moreFollows : null;
                await _call.RequestStream.WriteAsync(new() { Append = next.Append }, CancellationToken.None);
            }
        }

        await _call.RequestStream.CompleteAsync();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                var answer = _call.ResponseStream.Current;
                _unanswered.TryRemove(answer.Index, out var done);
                if (answer.Error is { } error)
                {
                    done!.SetException(new RpcException(new((StatusCode)error.Code, error.Message)));
                }
                else
                {
                    done!.SetResult();
                }
            }
        }
        finally
        {
            _appends.Writer.TryComplete();
        }
    }
}
