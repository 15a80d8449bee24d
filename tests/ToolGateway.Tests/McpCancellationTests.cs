using System.Net;
using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Tests;

/// <summary>A call that nobody waits for ends, whichever way it was abandoned.</summary>
public sealed class McpCancellationTests(McpFixture gateway) : IClassFixture<McpFixture>, IDisposable
{
    private readonly HttpClient _client = gateway.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("""{"key":"KEY"}""")]
    [InlineData("""{"key":"KEY"},"_meta":{"progressToken":1}""")]
    public async Task A_cancelled_notification_ends_the_call_in_its_session(string arguments)
    {
        var (session, other) = (await _client.InitializeAsync(Cancellation), await _client.InitializeAsync(Cancellation));
        var key = Guid.NewGuid().ToString();
        var call = _client.PostMcpAsync(Call(arguments, key), Cancellation, ("Mcp-Session-Id", session));
        await gateway.Holding.BegunAsync(key, Cancellation);

        using var foreign = await CancelAsync(other);
        using var without = await CancelAsync(session: null);
        Assert.False(gateway.Holding.IsCancelled(key));
        using var cancelled = await CancelAsync(session);

        await gateway.Holding.CancelledAsync(key, Cancellation);
        Assert.All([foreign, without, cancelled], response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
        using var response = await call;
        Assert.DoesNotContain("result", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"key":"KEY"}""", false)]
    [InlineData("""{"key":"KEY"}""", true)]
    [InlineData("""{"key":"KEY"},"_meta":{"progressToken":1}""", true)]
    public async Task A_dropped_connection_ends_the_call(string arguments, bool inSession)
    {
        (string, string)[] headers = inSession ? [("Mcp-Session-Id", await _client.InitializeAsync(Cancellation))] : [];
        var key = Guid.NewGuid().ToString();
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var call = ReadAsync(Call(arguments, key), headers, connection.Token);
        await gateway.Holding.BegunAsync(key, Cancellation);

        await connection.CancelAsync();

        await gateway.Holding.CancelledAsync(key, Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dropped_connection_ends_a_call_of_the_newest_revision(bool withProgress)
    {
        var key = Guid.NewGuid().ToString();
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var call = ReadAsync();
        await gateway.Holding.BegunAsync(key, Cancellation);

        await connection.CancelAsync();

        await gateway.Holding.CancelledAsync(key, Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(() => call);

        async Task ReadAsync()
        {
            using var response = await _client.PostPerRequestAsync(
                "tools/call",
                new()
                {
                    ["name"] = "hold",
                    ["arguments"] = new JsonObject { ["key"] = key },
                    ["_meta"] = withProgress ? new JsonObject { ["progressToken"] = 1 } : null,
                },
                connection.Token);
            await response.Content.ReadAsStringAsync(connection.Token);
        }
    }

    private async Task ReadAsync(string body, (string, string)[] headers, CancellationToken connection)
    {
        using var response = await _client.PostMcpAsync(body, connection, headers);
        await response.Content.ReadAsStringAsync(connection);
    }

    private Task<HttpResponseMessage> CancelAsync(string? session) => _client.PostMcpAsync(
        """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"the call","reason":"enough"}}""",
        Cancellation,
        session is null ? [] : [("Mcp-Session-Id", session)]);

    private static string Call(string arguments, string key) =>
        """{"jsonrpc":"2.0","id":"the call","method":"tools/call","params":{"name":"hold","arguments":ARGUMENTS}}"""
            .Replace("ARGUMENTS", arguments, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal);
}
