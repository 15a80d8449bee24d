using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.Tools.V1;

namespace Runtime.ToolGateway.Tests;

public sealed class CallLimitsTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tool_that_takes_too_long_ends_at_its_deadline_and_says_which_setting_decides()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync("wait", "{}", Cancellation));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Contains("Tools:Limits:Deadline", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_beyond_the_limit_is_cut_at_a_row_and_says_so()
    {
        var (content, isError) = await gateway.CallAsync("count", """{"to":1000000}""", Cancellation);

        Assert.False(isError);
        Assert.True((bool?)content["truncated"]);
        var rows = content["rows"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, rows.Count), rows.Select(row => (int)row!["n"]!));
        Assert.InRange(content["rows"]!.ToJsonString().Length, (1024 * 1024) - 32, 1024 * 1024);
    }

    [Fact]
    public async Task A_stream_brings_all_rows_in_order_and_progress_between_them()
    {
        using var call = gateway.Native().CallToolStream(new() { Name = "count", ArgumentsJson = """{"to":200000}""" }, cancellationToken: Cancellation);

        List<int> numbers = [];
        var progress = 0.0;
        CallToolResponse? result = null;
        await foreach (var message in call.ResponseStream.ReadAllAsync(Cancellation))
        {
            Assert.Null(result);
            switch (message.EventCase)
            {
                case CallToolStreamResponse.EventOneofCase.Rows:
                    var rows = JsonNode.Parse(message.Rows.RowsJson)!.AsArray();
                    Assert.Equal(message.Rows.Count, rows.Count);
                    numbers.AddRange(rows.Select(row => (int)row!["n"]!));
                    break;
                case CallToolStreamResponse.EventOneofCase.Progress:
                    Assert.True(message.Progress.Done > progress);
                    progress = message.Progress.Done;
                    break;
                default:
                    result = message.Result;
                    break;
            }
        }

        var rest = JsonNode.Parse(result!.ResultJson)!;
        numbers.AddRange(rest["rows"]!.AsArray().Select(row => (int)row!["n"]!));
        Assert.Equal(Enumerable.Range(1, 200_000), numbers);
        Assert.Null(rest["truncated"]);
        Assert.True(progress > 0);
    }

    [Fact]
    public async Task A_call_beyond_the_queue_is_refused_with_the_time_to_come_back()
    {
        using var limits = new CallLimits(Options.Create(new CallLimitOptions { Concurrency = 1, Queue = 1 }));
        var running = await limits.EnterAsync("slow", Cancellation);
        var waiting = limits.EnterAsync("slow", Cancellation);

        var refused = await Assert.ThrowsAsync<UnavailableException>(async () => await limits.EnterAsync("slow", Cancellation));
        using var other = await limits.EnterAsync("fast", Cancellation);

        Assert.Equal("TOOL_BUSY", refused.Reason);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.False(waiting.IsCompleted);
        running.Dispose();
        (await waiting).Dispose();
    }
}
