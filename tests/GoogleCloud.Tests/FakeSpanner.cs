using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.Spanner;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Tests;

/// <summary>A Spanner that says what a test writes down, and remembers what it was asked. No socket is opened.</summary>
internal sealed class FakeSpanner : CallInvoker
{
    private readonly Queue<Func<IEnumerable<PartialResultSet>>> _results = new();
    private readonly Queue<Func<CommitResponse>> _commits = new();

    public bool Multiplexed { get; init; } = true;

    /// <summary>Gets every request but those for sessions, as it was when it came.</summary>
    public List<IMessage> Requests { get; } = [];

    public static RpcException Error(StatusCode code, string detail, Metadata? trailers = null) => new(new Status(code, detail), trailers ?? []);

    /// <summary>A piece of a result with one string column; what begins a transaction names it.</summary>
    public static PartialResultSet Piece(string? token = null, string? transaction = null, int? precommit = null, bool cut = false, params string[] values)
    {
        var piece = new PartialResultSet
        {
            Metadata = new() { RowType = new() { Fields = { new StructType.Types.Field { Name = "a", Type = new Type { Code = TypeCode.String } } } } },
            Values = { values.Select(Value.ForString) },
            ChunkedValue = cut,
            ResumeToken = ByteString.CopyFromUtf8(token ?? ""),
            PrecommitToken = precommit is { } number ? Token(number) : null,
        };
        if (transaction is not null)
        {
            piece.Metadata.Transaction = new() { Id = ByteString.CopyFromUtf8(transaction) };
        }

        return piece;
    }

    public static MultiplexedSessionPrecommitToken Token(int number) =>
        new() { PrecommitToken = ByteString.CopyFromUtf8($"token {number}"), SeqNum = number };

    public SpannerClient Client() => new(
        new(
            SpannerClient.Product,
            GoogleCloudOptions.From(new ConfigurationBuilder()
                .AddInMemoryCollection([new("SPANNER_EMULATOR_HOST", "127.0.0.1:9010")]).Build()),
            new(new(), TimeProvider.System, NullLogger<GoogleCredentials>.Instance),
            _ => this,
            NullLogger<GoogleConnection>.Instance),
        TimeProvider.System);

    /// <summary>The next statement answers with these pieces, and then with the error if there is one.</summary>
    public FakeSpanner Answer(IEnumerable<PartialResultSet> pieces, RpcException? error = null)
    {
        _results.Enqueue(() => error is null ? pieces : pieces.Concat(Throw(error)));
        return this;

        static IEnumerable<PartialResultSet> Throw(RpcException error)
        {
            yield return true ? throw error : null!;
        }
    }

    public FakeSpanner Commit(CommitResponse response)
    {
        _commits.Enqueue(() => response);
        return this;
    }

    public FakeSpanner Commit(RpcException error)
    {
        _commits.Enqueue(() => throw error);
        return this;
    }

    public T[] Asked<T>()
        where T : IMessage => [.. Requests.OfType<T>()];

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(Unary<TResponse>((IMessage)request), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        Requests.Add(((ExecuteSqlRequest)(object)request).Clone());
        var pieces = (IEnumerable<TResponse>)_results.Dequeue()();
        return new(new Reader<TResponse>(pieces.GetEnumerator()), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    private async Task<TResponse> Unary<TResponse>(IMessage request)
    {
        await Task.Yield();
        if (request is CreateSessionRequest create)
        {
            return (TResponse)(object)new Session { Name = $"{create.Database}/sessions/s", Multiplexed = Multiplexed };
        }

        Requests.Add(request);
        return (TResponse)(object)(request switch
        {
            BeginTransactionRequest => new Transaction { Id = ByteString.CopyFromUtf8("begun"), PrecommitToken = Token(1) },
            CommitRequest => _commits.Dequeue()(),
            RollbackRequest => new Empty(),
            _ => throw new NotSupportedException(request.Descriptor.Name),
        });
    }

    private sealed class Reader<T>(IEnumerator<T> pieces) : IAsyncStreamReader<T>
    {
        public T Current => pieces.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return cancellationToken.IsCancellationRequested ? throw Error(StatusCode.Cancelled, "Call canceled by the client.") : pieces.MoveNext();
        }
    }
}
