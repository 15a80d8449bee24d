using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Runtime.GoogleCloud.Connection;

namespace Runtime.GoogleCloud.Tests;

/// <summary>A Google product that says what a test writes down, and remembers what it was asked. No socket is opened.</summary>
internal abstract class FakeUpstream : CallInvoker
{
    /// <summary>Gets every request, as it was when it came.</summary>
    public List<IMessage> Requests { get; } = [];

    public static RpcException Error(StatusCode code, string detail, Metadata? trailers = null) => new(new Status(code, detail), trailers ?? []);

    /// <summary>As the library says that a connection went away inside a stream.</summary>
    public static RpcException Reset() => new(new Status(StatusCode.Internal, "reset", new IOException("reset")));

    public T[] Asked<T>()
        where T : IMessage
    {
        lock (Requests)
        {
            return [.. Requests.OfType<T>()];
        }
    }

    public GoogleConnection Connection(GoogleProduct product) => new(
        product,
        GoogleCloudOptions.From(new ConfigurationBuilder().AddInMemoryCollection([new(product.EmulatorVariable!, "127.0.0.1:9010")]).Build()),
        new(new(), TimeProvider.System, NullLogger<GoogleCredentials>.Instance),
        _ => this,
        NullLogger<GoogleConnection>.Instance);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        return new(AnswerAsync(), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });

        async Task<TResponse> AnswerAsync()
        {
            await Task.Yield();
            return (TResponse)Unary((IMessage)request);
        }
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var answers = Stream((IMessage)request).Cast<TResponse>().GetEnumerator();
        return new(new Reader<TResponse>(answers), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var answers = Duplex(options.CancellationToken).Select(answer => (TResponse)answer).GetAsyncEnumerator(options.CancellationToken);
        return new(
            new Writer<TRequest>(this), new DuplexReader<TResponse>(answers), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });
    }

    protected static IEnumerable<IMessage> Then(IEnumerable<IMessage> answers, RpcException? error)
    {
        foreach (var answer in answers)
        {
            yield return answer;
        }

        if (error is not null)
        {
            throw error;
        }
    }

    protected abstract IMessage Unary(IMessage request);

    protected virtual IEnumerable<IMessage> Stream(IMessage request) => throw new NotSupportedException(request.Descriptor.Name);

    protected virtual IAsyncEnumerable<IMessage> Duplex(CancellationToken cancellationToken) => throw new NotSupportedException();

    private sealed class Reader<T>(IEnumerator<T> answers) : IAsyncStreamReader<T>
    {
        public T Current => answers.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return cancellationToken.IsCancellationRequested ? throw Error(StatusCode.Cancelled, "Call canceled by the client.") : answers.MoveNext();
        }
    }

    private sealed class DuplexReader<T>(IAsyncEnumerator<T> answers) : IAsyncStreamReader<T>
    {
        public T Current => answers.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await answers.MoveNextAsync();
            }
            catch (OperationCanceledException)
            {
                throw Error(StatusCode.Cancelled, "Call canceled by the client.");
            }
        }
    }

    private sealed class Writer<T>(FakeUpstream upstream) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task CompleteAsync() => Task.CompletedTask;

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(T message, CancellationToken cancellationToken)
        {
            lock (upstream.Requests)
            {
                upstream.Requests.Add((IMessage)message!);
            }

            return Task.CompletedTask;
        }
    }
}
