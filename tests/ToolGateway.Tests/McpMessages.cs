using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Tests;

/// <summary>MCP messages as they are on the wire, for what no client would send and no client shows.</summary>
internal static class McpMessages
{
    public const string Handshake =
        """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""";

    /// <summary>Posts a body, as a client that takes streams unless a header says otherwise.</summary>
    public static Task<HttpResponseMessage> PostMcpAsync(
        this HttpClient client, string body, CancellationToken cancellationToken, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "mcp") { Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json")) };
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Posts a request of 2026-07-28, with the headers and members that each has there.</summary>
    public static Task<HttpResponseMessage> PostPerRequestAsync(
        this HttpClient client, string method, JsonObject parameters, CancellationToken cancellationToken, string capabilities = "{}", string accept = "application/json, text/event-stream")
    {
        var meta = parameters["_meta"] as JsonObject ?? [];
        meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28";
        meta["io.modelcontextprotocol/clientCapabilities"] = JsonNode.Parse(capabilities);
        parameters["_meta"] = meta;
        return client.PostMcpAsync(
            new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters }.ToJsonString(),
            cancellationToken,
            ("Accept", accept), ("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method), ("Mcp-Name", (string?)parameters["name"] ?? "-"));
    }

    /// <summary>Begins a session.</summary>
    /// <returns>Its id.</returns>
    public static async Task<string> InitializeAsync(this HttpClient client, CancellationToken cancellationToken, string capabilities = "{}")
    {
        using var response = await client.PostMcpAsync(Handshake.Replace("\"capabilities\":{}", $"\"capabilities\":{capabilities}", StringComparison.Ordinal), cancellationToken);
        await response.Content.ReadAsStringAsync(cancellationToken);
        return response.Headers.GetValues("Mcp-Session-Id").Single();
    }

    public static async Task<JsonObject> JsonAsync(this HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
    }

    public static int? ErrorCode(this JsonObject answer) => (int?)answer["error"]?["code"];

    /// <summary>Reads the messages of a stream as they come.</summary>
    public static async IAsyncEnumerable<JsonObject> MessagesAsync(this HttpResponseMessage response)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                yield return JsonNode.Parse(line["data: ".Length..])!.AsObject();
            }
        }
    }
}
