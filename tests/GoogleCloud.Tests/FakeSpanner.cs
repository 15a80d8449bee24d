using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.GoogleCloud.Spanner;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Tests;

/// <summary>A Spanner whose requests for sessions are not remembered.</summary>
internal sealed class FakeSpanner : FakeUpstream
{
    private readonly Queue<IEnumerable<IMessage>> _results = new();
    private readonly Queue<Func<CommitResponse>> _commits = new();

    public bool Multiplexed { get; init; } = true;

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

    public SpannerClient Client() => new(Connection(SpannerClient.Product), TimeProvider.System);

    /// <summary>The next statement answers with these pieces, and then with the error if there is one.</summary>
    public FakeSpanner Answer(IEnumerable<PartialResultSet> pieces, RpcException? error = null)
    {
        _results.Enqueue(Then(pieces, error));
        return this;
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

    protected override IEnumerable<IMessage> Stream(IMessage request)
    {
        Requests.Add(((ExecuteSqlRequest)request).Clone());
        return _results.Dequeue();
    }

    protected override IMessage Unary(IMessage request)
    {
        if (request is CreateSessionRequest create)
        {
            return new Session { Name = $"{create.Database}/sessions/s", Multiplexed = Multiplexed };
        }

        Requests.Add(request);
        return request switch
        {
            BeginTransactionRequest => new Transaction { Id = ByteString.CopyFromUtf8("begun"), PrecommitToken = Token(1) },
            CommitRequest => _commits.Dequeue()(),
            RollbackRequest => new Empty(),
            _ => throw new NotSupportedException(request.Descriptor.Name),
        };
    }
}
