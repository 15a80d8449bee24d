using System.Text;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>A caller that goes away takes its statement with it.</summary>
public sealed class CancellationTests(ServerPair servers) : ServerPairTest(servers)
{
    private const string Statement = "SELECT pg_sleep(600) AS caller_goes_away";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_connection_ends_the_statement_in_the_database()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using var client = new HttpClient { BaseAddress = Servers.Ours.Address };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($$"""{"sql":"{{Statement}}"}""")) { Headers = { ContentType = new("application/json") } };
        var call = client.PostAsync(new Uri("/api/tool/execute/invoke", UriKind.Relative), content, patience.Token);
        await UntilAsync(running => running == 1);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await UntilAsync(running => running == 0);
    }

    private async Task UntilAsync(Func<long, bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Call);
        while (!condition(await Servers.OurDatabase.CountRunningAsync("caller_goes_away", limit.Token)))
        {
            await Task.Yield();
        }
    }
}
