using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using static Runtime.GoogleCloud.Tests.FakeUpstream;

namespace Runtime.GoogleCloud.Tests;

public sealed class BigtableReadTests
{
    private const string Table = "projects/p/instances/i/tables/t";

    private static readonly RpcException _broken = Error(StatusCode.Unavailable, "gone");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_that_breaks_goes_on_behind_the_last_whole_row_with_what_is_left_of_the_limit()
    {
        var bigtable = new FakeBigtable()
            .Answer([Rows("a", "b"), Half("c")], _broken)
            .Answer([Rows("c")], Reset())
            .Answer([Rows("d")]);

        var keys = await ReadAsync(bigtable, new RowSet { RowKeys = { Key("a"), Key("d") }, RowRanges = { new RowRange { StartKeyClosed = Key("b"), EndKeyOpen = Key("d") } } }, 5);

        Assert.Equal(["a", "b", "c", "d"], keys);
        var asked = bigtable.Asked<ReadRowsRequest>();
        Assert.Equal([5, 3, 2], asked.Select(request => request.RowsLimit));
        Assert.Equal(new RowSet { RowKeys = { Key("d") }, RowRanges = { new RowRange { StartKeyOpen = Key("b"), EndKeyOpen = Key("d") } } }, asked[1].Rows);
    }

    [Fact]
    public async Task A_break_behind_the_last_row_that_is_wanted_asks_for_nothing_more()
    {
        var bigtable = new FakeBigtable().Answer([Rows("a", "b")], _broken);

        Assert.Equal(["a", "b"], await ReadAsync(bigtable, new RowSet { RowKeys = { Key("a"), Key("b") } }, 0));

        Assert.Single(bigtable.Requests);
    }

    [Fact]
    public async Task Rows_that_the_filter_dropped_are_not_scanned_again()
    {
        var bigtable = new FakeBigtable()
            .Answer([new ReadRowsResponse { LastScannedRowKey = Key("m") }], _broken)
            .Answer([Rows("z")]);

        Assert.Equal(["z"], await ReadAsync(bigtable, new RowSet(), 0));

        Assert.Equal(Key("m"), Assert.Single(bigtable.Asked<ReadRowsRequest>()[1].Rows.RowRanges).StartKeyOpen);
    }

    [Fact]
    public async Task A_stream_that_keeps_breaking_without_getting_on_is_given_up()
    {
        var bigtable = new FakeBigtable();
        for (var i = 0; i < 10; i++)
        {
            bigtable.Answer([Half("a")], _broken);
        }

        await Assert.ThrowsAsync<UnavailableException>(() => ReadAsync(bigtable, new RowSet(), 0));

        Assert.Equal(4, bigtable.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_inside_a_stream_is_not_asked_again()
    {
        var bigtable = new FakeBigtable().Answer([Rows("a")], Error(StatusCode.PermissionDenied, "no"));

        await Assert.ThrowsAsync<PermissionDeniedException>(() => ReadAsync(bigtable, new RowSet(), 0));

        Assert.Single(bigtable.Requests);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_inside_a_stream_ends_as_cancelled()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var bigtable = new FakeBigtable().Answer([Rows("a"), Rows("b"), Rows("c")]);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var row in bigtable.Client().ReadRowsAsync(Table, new RowSet(), filter: null, limit: 0, cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });

        Assert.Single(bigtable.Requests);
    }

    private static async Task<List<string>> ReadAsync(FakeBigtable bigtable, RowSet rows, long limit) => await bigtable.Client()
        .ReadRowsAsync(Table, rows, filter: null, limit, Cancellation).Select(row => row.Key.ToStringUtf8()).ToListAsync(Cancellation);

    private static ReadRowsResponse Rows(params string[] keys) => new() { Chunks = { keys.Select(key => Chunk(key, commit: true)) } };

    private static ReadRowsResponse Half(string key) => new() { Chunks = { Chunk(key, commit: false) } };

    private static ReadRowsResponse.Types.CellChunk Chunk(string key, bool commit)
    {
        var chunk = new ReadRowsResponse.Types.CellChunk { RowKey = Key(key), FamilyName = "f", Qualifier = Key("q"), Value = Key("v") };
        if (commit)
        {
            chunk.CommitRow = true;
        }

        return chunk;
    }

    private static ByteString Key(string text) => ByteString.CopyFromUtf8(text);
}
