using Google.LongRunning;
using Google.Protobuf;
using Grpc.Core;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.GoogleCloud.Tests;

public sealed class LongRunningTests
{
    [Fact]
    public async Task An_operation_that_ends_in_an_error_fails_with_the_product_s_words_and_status()
    {
        var operation = new Operation { Name = "o", Done = true, Error = new() { Code = (int)StatusCode.InvalidArgument, Message = "Duplicate name in schema: t." } };
        var admin = new SpannerAdminClient(new Answering(operation).Connection(SpannerClient.Product));

        var error = await Assert.ThrowsAsync<Connection.UpstreamException>(() =>
            admin.ChangeSchemaAsync("projects/p/instances/i/databases/d", ["CREATE TABLE t"], TestContext.Current.CancellationToken));

        Assert.Equal(("SPANNER_OPERATION_FAILED", StatusCode.InvalidArgument, "Duplicate name in schema: t."), (error.Reason, error.Status, error.Message));
    }

    private sealed class Answering(Operation operation) : FakeUpstream
    {
        protected override IMessage Unary(IMessage request) => operation;
    }
}
