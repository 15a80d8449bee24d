using Google.Cloud.Spanner.V1;
using Grpc.Core;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using static Runtime.GoogleCloud.Tests.FakeSpanner;
using static Runtime.GoogleCloud.Tests.FakeUpstream;

namespace Runtime.GoogleCloud.Tests;

public sealed class SpannerChangeTests
{
    private const string Database = "projects/p/instances/i/databases/d";

    private static readonly SpannerStatement _statement = new("UPDATE t SET a = 'x' WHERE TRUE THEN RETURN a");
    private static readonly RpcException _aborted = Error(StatusCode.Aborted, "Transaction was aborted.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_that_writes_is_committed_and_says_how_many_rows_it_wrote()
    {
        var spanner = new FakeSpanner().Answer([Written(3, transaction: "t1")]).Commit(new CommitResponse());

        var change = await ExecuteAsync(spanner);

        Assert.Equal((3, false), (change.RowCount, change.RowsDropped));
        Assert.Empty(change.Rows);
        Assert.Equal("t1", Assert.Single(spanner.Asked<CommitRequest>()).TransactionId.ToStringUtf8());
    }

    [Fact]
    public async Task An_aborted_statement_runs_again_and_only_the_rows_of_the_run_that_was_committed_count()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["old"]), Written(1)]).Commit(_aborted)
            .Answer([Piece(transaction: "t2", values: ["new", "newer"]), Written(2)]).Commit(new CommitResponse());

        var change = await ExecuteAsync(spanner);

        Assert.Equal(2, change.RowCount);
        Assert.Equal(["new", "newer"], change.Rows.Select(row => row.GetString(0)));
    }

    [Fact]
    public async Task A_storm_of_aborts_ends_at_the_deadline()
    {
        var spanner = new FakeSpanner();
        for (var i = 0; i < 100; i++)
        {
            spanner.Answer([], _aborted);
        }

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => ExecuteAsync(spanner, new() { Deadline = TimeSpan.FromMilliseconds(200) }));

        // Between two attempts, or inside of one.
        Assert.True(error is StaleException or DeadlineException, error.Message);
        Assert.InRange(spanner.Requests.Count, 2, 10);
    }

    [Fact]
    public async Task A_statement_whose_stream_breaks_is_asked_again_under_its_number_so_that_it_does_not_write_twice()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["a"])], Error(StatusCode.Unavailable, "gone"))
            .Answer([Piece(values: ["a"]), Written(1)])
            .Answer([Written(5)])
            .Commit(new CommitResponse());
        using var client = spanner.Client();

        await client.RunInTransactionAsync(
            Database,
            async (transaction, cancellation) =>
            {
                await transaction.ExecuteAsync(_statement, 1000, cancellation);
                return await transaction.ExecuteAsync(_statement, 1000, cancellation);
            },
            SpannerTransactionOptions.Default,
            Cancellation);

        Assert.Equal([1, 1, 2], spanner.Asked<ExecuteSqlRequest>().Select(request => request.Seqno));
    }

    [Fact]
    public async Task What_is_returned_past_the_limit_is_dropped_and_the_statement_still_runs_to_its_end()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["first"]), Piece(values: [new string('x', 100), "third"]), Written(3)])
            .Commit(new CommitResponse());

        var change = await ExecuteAsync(spanner, mostBytes: 50);

        Assert.Equal((3, true), (change.RowCount, change.RowsDropped));
        Assert.Equal("first", Assert.Single(change.Rows).GetString(0));
        Assert.Single(spanner.Asked<CommitRequest>());
    }

    [Fact]
    public async Task A_refused_statement_commits_nothing()
    {
        var spanner = new FakeSpanner().Answer([], Error(StatusCode.AlreadyExists, "Row [1] already exists"));

        await Assert.ThrowsAsync<AlreadyExistsException>(() => ExecuteAsync(spanner));

        Assert.Empty(spanner.Asked<CommitRequest>());
    }

    [Fact]
    public async Task A_statement_cancelled_inside_its_result_is_rolled_back()
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var spanner = new FakeSpanner().Answer(Endless(cancellation, after: 3));
        using var client = spanner.Client();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ExecuteAsync(Database, _statement, 1000, SpannerTransactionOptions.Default, cancellation.Token));

        Assert.Empty(spanner.Asked<CommitRequest>());
        Assert.Equal("t1", Assert.Single(spanner.Asked<RollbackRequest>()).TransactionId.ToStringUtf8());
    }

    [Fact]
    public async Task A_deadline_inside_a_result_is_told_and_the_rest_is_not_asked_for()
    {
        var spanner = new FakeSpanner().Answer([Piece("token", values: ["a"])], Error(StatusCode.DeadlineExceeded, "late"));
        using var client = spanner.Client();

        await Assert.ThrowsAsync<DeadlineException>(async () => await client.QueryAsync(Database, _statement, Cancellation).CountAsync(Cancellation));

        Assert.Single(spanner.Requests);
    }

    private static async Task<SpannerChange> ExecuteAsync(FakeSpanner spanner, SpannerTransactionOptions? options = null, long mostBytes = 1000)
    {
        using var client = spanner.Client();
        return await client.ExecuteAsync(Database, _statement, mostBytes, options ?? SpannerTransactionOptions.Default, Cancellation);
    }

    private static PartialResultSet Written(long rows, string? transaction = null)
    {
        var piece = Piece(transaction: transaction);
        piece.Stats = new() { RowCountExact = rows };
        return piece;
    }

    private static IEnumerable<PartialResultSet> Endless(CancellationTokenSource cancellation, int after)
    {
        yield return Piece(transaction: "t1", values: ["0"]);
        for (var i = 1; ; i++)
        {
            if (i == after)
            {
                cancellation.Cancel();
            }

            yield return Piece($"token {i}", values: ["more"]);
        }
    }
}
