using Google.Cloud.Spanner.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using static Runtime.GoogleCloud.Tests.FakeSpanner;
using static Runtime.GoogleCloud.Tests.FakeUpstream;

namespace Runtime.GoogleCloud.Tests;

public sealed class SpannerTransactionTests
{
    private const string Database = "projects/p/instances/i/databases/d";

    private static readonly RpcException _aborted = Error(StatusCode.Aborted, "Transaction was aborted.");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_statement_begins_the_transaction_and_the_commit_carries_the_writes()
    {
        var spanner = new FakeSpanner().Answer([Piece(transaction: "t1", values: ["old"])]).Answer([Piece(values: ["x"])]).Commit(new CommitResponse());

        await RunAsync(spanner, async transaction =>
        {
            await transaction.QueryAsync(new("SELECT a"), Cancellation).CountAsync(Cancellation);
            return await FirstAsync(transaction);
        });

        var statements = spanner.Asked<ExecuteSqlRequest>();
        Assert.NotNull(statements[0].Transaction.Begin.ReadWrite);
        Assert.Equal("t1", statements[1].Transaction.Id.ToStringUtf8());
        var commit = Assert.Single(spanner.Asked<CommitRequest>());
        Assert.Equal("t1", commit.TransactionId.ToStringUtf8());
        Assert.Equal("t", Assert.Single(commit.Mutations).Insert.Table);
    }

    [Fact]
    public async Task A_stream_that_breaks_in_a_transaction_goes_on_in_the_same_transaction()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["1"])], Error(StatusCode.Unavailable, "gone"))
            .Answer([Piece(values: ["1"])])
            .Commit(new CommitResponse());

        await RunAsync(spanner, FirstAsync);

        Assert.Equal("t1", spanner.Asked<ExecuteSqlRequest>()[1].Transaction.Id.ToStringUtf8());
    }

    [Fact]
    public async Task An_aborted_transaction_runs_again_and_says_which_attempt_it_follows()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["old"])]).Commit(_aborted)
            .Answer([], _aborted)
            .Answer([Piece(transaction: "t3", values: ["new"])]).Commit(new CommitResponse());

        var answer = await RunAsync(spanner, FirstAsync);

        Assert.Equal("new", answer);
        Assert.Equal(
            ["", "t1", "t1"],
            spanner.Asked<ExecuteSqlRequest>().Select(request => request.Transaction.Begin.ReadWrite.MultiplexedSessionPreviousTransactionId.ToStringUtf8()));
        Assert.Empty(spanner.Asked<RollbackRequest>());
    }

    [Fact]
    public async Task A_pause_that_the_server_asks_for_and_that_ends_after_the_deadline_ends_the_work()
    {
        var pause = new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromHours(1)) };
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["old"])])
            .Commit(Error(StatusCode.Aborted, "busy", new Metadata { { "google.rpc.retryinfo-bin", pause.ToByteArray() } }));

        var error = await Assert.ThrowsAsync<StaleException>(() => RunAsync(spanner, FirstAsync));

        Assert.Equal("SPANNER_ABORTED", error.Reason);
    }

    [Fact]
    public async Task Work_that_throws_is_rolled_back_and_nothing_is_committed()
    {
        var spanner = new FakeSpanner().Answer([Piece(transaction: "t1", values: ["old"])]);

        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(spanner, async transaction =>
        {
            await FirstAsync(transaction);
            throw new InvalidOperationException("no");
        }));

        Assert.Equal("t1", Assert.Single(spanner.Asked<RollbackRequest>()).TransactionId.ToStringUtf8());
        Assert.Empty(spanner.Asked<CommitRequest>());
    }

    [Fact]
    public async Task A_commit_carries_the_newest_token_and_is_repeated_with_the_one_that_it_is_given()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", precommit: 3, values: ["a"]), Piece(precommit: 2, values: ["b"])])
            .Commit(new CommitResponse { PrecommitToken = Token(4) })
            .Commit(new CommitResponse());

        await RunAsync(spanner, FirstAsync);

        Assert.Equal([3, 4], spanner.Asked<CommitRequest>().Select(commit => commit.PrecommitToken.SeqNum));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Writes_without_a_statement_begin_with_one_of_them_as_the_key_where_the_session_is_multiplexed(bool multiplexed)
    {
        var spanner = new FakeSpanner { Multiplexed = multiplexed }.Commit(new CommitResponse());
        var update = SpannerMutations.Update("u", ("id", 1L));

        await RunAsync(spanner, transaction =>
        {
            transaction.Write(update);
            return Task.FromResult("");
        });

        Assert.Equal(multiplexed ? update : null, Assert.Single(spanner.Asked<BeginTransactionRequest>()).MutationKey);
        var commit = Assert.Single(spanner.Asked<CommitRequest>());
        Assert.Equal("begun", commit.TransactionId.ToStringUtf8());
        Assert.Equal(1, commit.PrecommitToken.SeqNum);
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_asked_again_by_its_name()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["old"])])
            .Commit(Error(StatusCode.Unavailable, "gone"))
            .Commit(new CommitResponse());

        await RunAsync(spanner, FirstAsync);

        Assert.Single(spanner.Asked<ExecuteSqlRequest>());
        Assert.All(spanner.Asked<CommitRequest>(), commit => Assert.Equal("t1", commit.TransactionId.ToStringUtf8()));
    }

    [Fact]
    public async Task A_commit_that_nobody_answers_is_in_doubt_and_is_not_rolled_back()
    {
        var spanner = new FakeSpanner().Answer([Piece(transaction: "t1", values: ["old"])]).Commit(Error(StatusCode.DeadlineExceeded, "late"));

        var error = await Assert.ThrowsAsync<CommitInDoubtException>(() => RunAsync(spanner, FirstAsync));

        Assert.Equal("SPANNER_COMMIT_IN_DOUBT", error.Reason);
        Assert.Empty(spanner.Asked<RollbackRequest>());
    }

    [Fact]
    public async Task Work_that_finds_its_own_writes_runs_again_after_a_commit_in_doubt()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(transaction: "t1", values: ["old"])]).Commit(Error(StatusCode.Unknown, "lost"))
            .Answer([Piece(transaction: "t2", values: ["mine"])]).Commit(new CommitResponse());

        Assert.Equal("mine", await RunAsync(spanner, FirstAsync, new() { RepeatInDoubt = true }));
    }

    [Fact]
    public async Task A_refused_commit_is_an_answer()
    {
        var spanner = new FakeSpanner().Answer([Piece(transaction: "t1", values: ["old"])]).Commit(Error(StatusCode.AlreadyExists, "Row exists"));

        await Assert.ThrowsAsync<AlreadyExistsException>(() => RunAsync(spanner, FirstAsync));
    }

    [Fact]
    public async Task Queries_of_one_snapshot_share_its_transaction()
    {
        var spanner = new FakeSpanner().Answer([Piece(transaction: "r1", values: ["a"])]).Answer([Piece(values: ["b"])]);
        using var client = spanner.Client();

        await client.ReadAsync(
            Database,
            async (snapshot, cancellation) =>
            {
                await snapshot.QueryAsync(new("SELECT a"), cancellation).CountAsync(cancellation);
                return await snapshot.QueryAsync(new("SELECT b"), cancellation).CountAsync(cancellation);
            },
            Cancellation);

        var statements = spanner.Asked<ExecuteSqlRequest>();
        Assert.True(statements[0].Transaction.Begin.ReadOnly.Strong);
        Assert.Equal("r1", statements[1].Transaction.Id.ToStringUtf8());
    }

    private static async Task<string> RunAsync(
        FakeSpanner spanner, Func<SpannerTransaction, Task<string>> work, SpannerTransactionOptions? options = null)
    {
        using var client = spanner.Client();
        return await client.RunInTransactionAsync(
            Database,
            (transaction, _) => work(transaction),
            options ?? SpannerTransactionOptions.Default,
            Cancellation);
    }

    private static async Task<string> FirstAsync(SpannerTransaction transaction)
    {
        var rows = await transaction.QueryAsync(new("SELECT a FROM t WHERE id = @p1", 1L), Cancellation).ToListAsync(Cancellation);
        transaction.Write(SpannerMutations.Insert("t", ("id", 1L)));
        return rows[0].GetString(0);
    }
}
