using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>A server that is called over both of Toolbox's protocols.</summary>
public sealed class ToolServer(Uri address) : IDisposable
{
    private const string McpVersion = "2025-06-18";
    private const int LargeBody = 1024 * 1024;

    private readonly HttpClient _client = new() { BaseAddress = address };

    public Uri Address { get; } = address;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Sends a request of the <c>/api</c> protocol.</summary>
    /// <param name="contentType">As it is sent; <see langword="null"/> leaves the header out.</param>
    public async Task<(HttpStatusCode Status, string Body)> SendAsync(
        HttpMethod method, string path, byte[]? body = null, string? contentType = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        // A body that is too large is refused before it is sent.
        request.Headers.ExpectContinue = body?.Length > LargeBody;
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>Calls a tool over <c>/api</c>.</summary>
    public async Task<Answer> CallOverHttpAsync(string tool, string body, params (string Name, string Value)[] headers)
    {
        var (status, text) = await SendAsync(HttpMethod.Post, $"/api/tool/{tool}/invoke", Encoding.UTF8.GetBytes(body), headers: headers);
        return Answer.OfHttp(status, text);
    }

    /// <summary>Calls a tool over <c>/mcp</c>, without initialize, as clients may.</summary>
    public async Task<Answer> CallOverMcpAsync(string tool, string arguments, params (string Name, string Value)[] headers)
    {
        var (status, message) = await AskMcpAsync("/mcp", "tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""", headers);
        return Answer.OfMcp(status, message);
    }

    /// <summary>Sends one message of JSON-RPC and returns the answer. The parameters go out as they are, right or wrong.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Message)> AskMcpAsync(
        string path, string method, string parameters, params (string Name, string Value)[] headers)
    {
        var message = $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""";
        var (status, text) = await SendAsync(
            HttpMethod.Post, path, Encoding.UTF8.GetBytes(message), "application/json",
            [("Accept", "application/json, text/event-stream"), ("MCP-Protocol-Version", McpVersion), .. headers]);

        // A stream of one message: "event: message", then "data: {…}".
        var json = text.Split('\n').FirstOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal))?["data: ".Length..] ?? text;
        return (status, JsonElement.Parse(json));
    }

    public void Dispose() => _client.Dispose();
}
