using Google.Protobuf;
using Grpc.Core;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Bigtable.Sql;

namespace Runtime.GoogleCloud.Tests;

/// <summary>A Bigtable whose answers are queued one a call, whatever the call.</summary>
internal sealed class FakeBigtable : FakeUpstream
{
    private readonly Queue<IEnumerable<IMessage>> _answers = new();

    public BigtableClient Client() => new(Connection(BigtableClient.Product), TimeProvider.System);

    public BigtableSqlClient SqlClient() => new(Connection(BigtableClient.Product));

    /// <summary>The next call answers with these messages, and then with the error if there is one.</summary>
    public FakeBigtable Answer(IEnumerable<IMessage> answers, RpcException? error = null)
    {
        _answers.Enqueue(Then(answers, error));
        return this;
    }

    protected override IMessage Unary(IMessage request) => Stream(request).Single();

    protected override IEnumerable<IMessage> Stream(IMessage request)
    {
        Requests.Add(request);
        return _answers.Dequeue();
    }
}
