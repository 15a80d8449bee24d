using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using static Runtime.GoogleCloud.Tests.FakeUpstream;
using Entry = Google.Cloud.Bigtable.V2.MutateRowsRequest.Types.Entry;

namespace Runtime.GoogleCloud.Tests;

public sealed class BigtableWriteTests
{
    private const string Table = "projects/p/instances/i/tables/t";
    private const long ServerClock = -1;

    private static readonly RpcException _broken = Error(StatusCode.Unavailable, "gone");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_entry_has_its_status_and_only_what_failed_for_the_moment_is_sent_again()
    {
        var bigtable = new FakeBigtable()
            .Answer([Statuses((0, StatusCode.OK), (1, StatusCode.Unavailable)), Statuses((2, StatusCode.NotFound), (3, StatusCode.Aborted))])
            .Answer([Statuses((1, StatusCode.OK), (0, StatusCode.OK))]);

        var codes = await WriteAsync(bigtable, Entry("a"), Entry("b"), Entry("c"), Entry("d"));

        Assert.Equal([StatusCode.OK, StatusCode.OK, StatusCode.NotFound, StatusCode.OK], codes);
        Assert.Equal(["b", "d"], bigtable.Asked<MutateRowsRequest>()[1].Entries.Select(entry => entry.RowKey.ToStringUtf8()));
    }

    [Fact]
    public async Task An_entry_that_the_servers_clock_stamps_is_never_sent_twice()
    {
        var bigtable = new FakeBigtable().Answer([Statuses((0, StatusCode.OK), (1, StatusCode.DeadlineExceeded))]);

        var codes = await WriteAsync(bigtable, Entry("a"), Entry("b", ServerClock));

        Assert.Equal([StatusCode.OK, StatusCode.DeadlineExceeded], codes);
        Assert.Single(bigtable.Requests);
    }

    [Fact]
    public async Task What_had_no_answer_when_the_connection_broke_is_sent_again()
    {
        var bigtable = new FakeBigtable()
            .Answer([Statuses((1, StatusCode.OK))], Reset())
            .Answer([Statuses((0, StatusCode.OK))]);

        var codes = await WriteAsync(bigtable, Entry("a"), Entry("b"), Entry("c", ServerClock));

        Assert.Equal([StatusCode.OK, StatusCode.OK, StatusCode.Internal], codes);
        Assert.Equal("a", Assert.Single(bigtable.Asked<MutateRowsRequest>()[1].Entries).RowKey.ToStringUtf8());
    }

    [Fact]
    public async Task An_entry_that_never_succeeds_keeps_its_status_and_the_attempts_end()
    {
        var bigtable = new FakeBigtable();
        for (var i = 0; i < 10; i++)
        {
            bigtable.Answer([Statuses((0, StatusCode.Unavailable))]);
        }

        Assert.Equal([StatusCode.Unavailable], await WriteAsync(bigtable, Entry("a")));

        Assert.Equal(4, bigtable.Requests.Count);
    }

    [Fact]
    public async Task Where_nobody_ever_answers_that_is_the_error()
    {
        var bigtable = new FakeBigtable();
        for (var i = 0; i < 10; i++)
        {
            bigtable.Answer([], _broken);
        }

        var error = await Assert.ThrowsAsync<UnavailableException>(() => WriteAsync(bigtable, Entry("a"), Entry("b")));

        Assert.Equal("BIGTABLE_EMULATOR_UNREACHABLE", error.Reason);
    }

    [Fact]
    public async Task A_call_that_is_refused_as_a_whole_throws()
    {
        var bigtable = new FakeBigtable().Answer([], Error(StatusCode.NotFound, "table not found"));

        await Assert.ThrowsAsync<NotFoundException>(() => WriteAsync(bigtable, Entry("a")));
    }

    [Fact]
    public async Task Nothing_to_write_is_no_call()
    {
        var bigtable = new FakeBigtable();

        Assert.Empty(await WriteAsync(bigtable));

        Assert.Empty(bigtable.Requests);
    }

    [Theory]
    [InlineData(1000, 2)]
    [InlineData(ServerClock, 1)]
    public async Task A_single_row_is_sent_again_only_where_that_is_safe(long timestamp, int calls)
    {
        var bigtable = new FakeBigtable().Answer([], _broken).Answer([new MutateRowResponse()]);

        var writing = bigtable.Client().MutateRowAsync(Table, ByteString.CopyFromUtf8("a"), Entry("a", timestamp).Mutations, Cancellation);

        Assert.Equal(calls is 1, await Record.ExceptionAsync(() => writing) is UnavailableException);
        Assert.Equal(calls, bigtable.Requests.Count);
    }

    [Fact]
    public async Task Steps_that_read_and_write_are_sent_once()
    {
        var bigtable = new FakeBigtable()
            .Answer([new CheckAndMutateRowResponse { PredicateMatched = true }])
            .Answer([], _broken);
        var client = bigtable.Client();

        Assert.True(await client.CheckAndMutateRowAsync(new CheckAndMutateRowRequest { TableName = Table }, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => client.ReadModifyWriteRowAsync(Table, ByteString.Empty, [], Cancellation));

        Assert.Equal(2, bigtable.Requests.Count);
    }

    private static async Task<IEnumerable<StatusCode>> WriteAsync(FakeBigtable bigtable, params Entry[] entries) =>
        (await bigtable.Client().MutateRowsAsync(Table, entries, Cancellation)).Select(status => (StatusCode)status.Code);

    private static Entry Entry(string key, long timestamp = 1000) => new()
    {
        RowKey = ByteString.CopyFromUtf8(key),
        Mutations = { new Mutation { SetCell = new() { FamilyName = "f", TimestampMicros = timestamp } } },
    };

    private static MutateRowsResponse Statuses(params (int Index, StatusCode Code)[] statuses) => new()
    {
        Entries = { statuses.Select(status => new MutateRowsResponse.Types.Entry { Index = status.Index, Status = new() { Code = (int)status.Code } }) },
    };
}
