using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Runtime.Testing;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>Clients hear of a change of the catalogue, and see it.</summary>
public sealed class McpChangeTests : IDisposable
{
    private readonly McpFixture _gateway = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _gateway.Dispose();

    [Fact]
    public async Task A_session_with_a_stream_hears_that_the_tools_changed()
    {
        using var client = _gateway.CreateClient();
        var session = await client.InitializeAsync(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, "mcp") { Headers = { { "Accept", "text/event-stream" }, { "Mcp-Session-Id", session } } };
        using var stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var messages = stream.MessagesAsync().GetAsyncEnumerator(Cancellation);

        RemoveAllTools();

        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TestTimeouts.Call, Cancellation));
        Assert.Equal("notifications/tools/list_changed", (string?)messages.Current["method"]);
        using var list = await client.PostMcpAsync("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", Cancellation, ("Mcp-Session-Id", session));
        Assert.Empty((await list.JsonAsync(Cancellation))["result"]!["tools"]!.AsArray());
    }

    [Fact]
    public async Task A_listener_of_the_newest_revision_hears_of_what_it_listens_for()
    {
        using var client = _gateway.CreateClient();
        using var stream = await client.PostPerRequestAsync(
            "subscriptions/listen", new() { ["notifications"] = new JsonObject { ["toolsListChanged"] = true, ["promptsListChanged"] = true } }, Cancellation);
        await using var messages = stream.MessagesAsync().GetAsyncEnumerator(Cancellation);

        Assert.True(await messages.MoveNextAsync());
        Assert.Equal("notifications/subscriptions/acknowledged", (string?)messages.Current["method"]);
        Assert.Equal("""{"toolsListChanged":true}""", messages.Current["params"]!["notifications"]!.ToJsonString());

        RemoveAllTools();

        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TestTimeouts.Call, Cancellation));
        Assert.Equal("notifications/tools/list_changed", (string?)messages.Current["method"]);
        Assert.Equal(1, (int?)messages.Current["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);
    }

    private void RemoveAllTools() => _gateway.Services.GetRequiredService<LiveCatalogue>().Replace(new([], DeclaredTools.None));
}
