using Google.Cloud.Spanner.V1;
using Grpc.Core;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using static Runtime.GoogleCloud.Tests.FakeSpanner;
using static Runtime.GoogleCloud.Tests.FakeUpstream;

namespace Runtime.GoogleCloud.Tests;

public sealed class ResumableStreamTests
{
    private const string Database = "projects/p/instances/i/databases/d";

    private static readonly RpcException _broken = Error(StatusCode.Unavailable, "gone");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_that_breaks_goes_on_behind_the_last_token_without_losing_or_doubling_a_row()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece(values: ["1"]), Piece("after 2", values: ["2"]), Piece(values: ["3"])], _broken)
            .Answer([Piece(values: ["3"]), Piece("after 4", values: ["4"])], _broken)
            .Answer([Piece(values: ["5"])]);

        var rows = await ReadAsync(spanner);

        Assert.Equal(["1", "2", "3", "4", "5"], rows);
        Assert.Equal(["", "after 2", "after 4"], spanner.Asked<ExecuteSqlRequest>().Select(request => request.ResumeToken.ToStringUtf8()));
    }

    [Fact]
    public async Task A_value_that_was_cut_at_the_token_is_whole_after_the_break()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece("t", cut: true, values: ["ab"]), Piece(cut: true, values: ["c"])], _broken)
            .Answer([Piece(values: ["cd", "e"])]);

        Assert.Equal(["abcd", "e"], await ReadAsync(spanner));
    }

    [Fact]
    public async Task A_connection_that_goes_away_is_a_break_although_the_library_calls_it_internal()
    {
        var spanner = new FakeSpanner()
            .Answer([Piece("t", values: ["1"])], Reset())
            .Answer([Piece(values: ["2"])]);

        Assert.Equal(["1", "2"], await ReadAsync(spanner));
    }

    [Fact]
    public async Task An_error_that_the_server_means_is_not_asked_again()
    {
        var spanner = new FakeSpanner().Answer([Piece("t", values: ["1"])], Error(StatusCode.Internal, "a fault"));

        var error = await Assert.ThrowsAnyAsync<ServiceException>(() => ReadAsync(spanner));

        Assert.Equal("SPANNER_FAILED", error.Reason);
        Assert.Single(spanner.Requests);
    }

    [Fact]
    public async Task A_stream_that_keeps_breaking_without_getting_on_is_given_up()
    {
        var spanner = new FakeSpanner();
        for (var i = 0; i < 10; i++)
        {
            spanner.Answer([Piece(values: ["1"])], _broken);
        }

        await Assert.ThrowsAsync<UnavailableException>(() => ReadAsync(spanner));

        Assert.Equal(4, spanner.Requests.Count);
    }

    [Fact]
    public async Task A_stream_without_tokens_is_handed_on_past_the_bound_and_then_cannot_be_resumed()
    {
        var big = new string('x', 12 * 1024 * 1024);
        var spanner = new FakeSpanner().Answer([Piece(values: [big]), Piece(values: [big]), Piece(values: [big]), Piece(values: ["4"])], _broken);
        var count = 0;

        await Assert.ThrowsAsync<UnavailableException>(async () =>
        {
            await foreach (var row in spanner.Client().QueryAsync(Database, new SpannerStatement("SELECT a"), Cancellation))
            {
                count++;
            }
        });

        Assert.Equal(4, count);
        Assert.Single(spanner.Requests);
    }

    [Fact]
    public async Task A_session_that_the_server_forgot_is_replaced_before_the_first_row()
    {
        var spanner = new FakeSpanner().Answer([], Error(StatusCode.NotFound, "Session not found: s")).Answer([Piece(values: ["1"])]);

        Assert.Equal(["1"], await ReadAsync(spanner));
    }

    private static async Task<List<string>> ReadAsync(FakeSpanner spanner)
    {
        using var client = spanner.Client();
        return await client.QueryAsync(Database, new SpannerStatement("SELECT a"), Cancellation).Select(row => row.GetString(0)).ToListAsync(Cancellation);
    }
}
