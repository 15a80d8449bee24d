using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Tests;

/// <summary>Whatever is sent, the sender is told what is wrong with it: an internal error would say that the gateway is.</summary>
public sealed class McpMalformedTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const int Bodies = 3_000;

    private static readonly string[] Whole =
    [
        McpMessages.Handshake,
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a","times":2,"loud":true,"tags":["x"],"labels":{"k":"v"}}}}""",
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"count","arguments":{"to":3},"_meta":{"progressToken":"p"}}}""",
        """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"ZWNobw"}}""",
        """{"jsonrpc":"2.0","id":1,"method":"ping"}""",
        """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"r"}}""",
        """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
        """{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"approve":true}}}""",
        """[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]""",
        """{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}""",
        """{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}""",
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"text":"a"},"requestState":"a.b","inputResponses":{"approval":{"action":"accept"}},"_meta":{"progressToken":1,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{},"extensions":{"com.google.cloud/toolbox.v1":{}}}}}}""",
    ];

    private static readonly string[] Methods =
        [.. Whole.Select(whole => (string?)(JsonNode.Parse(whole) as JsonObject)?["method"]).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(20260728)]
    public async Task No_body_is_answered_with_an_internal_error(int seed)
    {
        var random = new Random(seed);
        using var client = gateway.CreateClient();
        var session = await client.InitializeAsync(Cancellation, """{"elicitation":{}}""");
        var answered = 0;
        for (var number = 0; number < Bodies; number++)
        {
            var body = Mutate(random);
            using var request = Request(random, body, session);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            var answer = response.Content.Headers.ContentType?.MediaType is "text/event-stream"
                ? await FirstMessageAsync(response)
                : await response.Content.ReadAsStringAsync(Cancellation);

            var told = $"body {number} of seed {seed}, {request.Headers}, was answered {(int)response.StatusCode} {answer}: {Encoding.Latin1.GetString(body)}";
            Assert.True(response.StatusCode < HttpStatusCode.InternalServerError, told);
            Assert.False(answer.Contains("-32603", StringComparison.Ordinal), told);
            // A message that is right by chance may have failed the tool, which is said in its result.
            Assert.False(answer.Contains("INTERNAL", StringComparison.Ordinal) && !answer.Contains("\"isError\":true", StringComparison.Ordinal), told);
            answered += answer.Contains("\"result\"", StringComparison.Ordinal) ? 1 : 0;
        }

        // Nothing would be tested if nothing came through.
        Assert.InRange(answered, Bodies / 50, Bodies * 9 / 10);
    }

    private static async Task<string> FirstMessageAsync(HttpResponseMessage response)
    {
        await foreach (var message in response.MessagesAsync())
        {
            return message.ToJsonString();
        }

        return "";
    }

    private static HttpRequestMessage Request(Random random, byte[] body, string session)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "mcp")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.TryAddWithoutValidation("Accept", random.Next(4) is 0 ? "application/json" : "application/json, text/event-stream");
        // Mostly the revision that the body is in, so that what is wrong is met later than in the headers.
        var text = Encoding.UTF8.GetString(body);
        var isPerRequest = random.Next(8) is 0 || text.Contains("2026-07-28", StringComparison.Ordinal);
        if ((isPerRequest ? "2026-07-28" : Pick(random, "", "2025-03-26", "2025-06-18", "2025-11-25")) is { Length: > 0 } version)
        {
            request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", version);
        }

        if (random.Next(2) is 0)
        {
            request.Headers.TryAddWithoutValidation("Mcp-Session-Id", session);
        }

        request.Headers.TryAddWithoutValidation("Mcp-Method", Methods.FirstOrDefault(method => text.Contains(method, StringComparison.Ordinal)) ?? "ping");
        request.Headers.TryAddWithoutValidation("Mcp-Name", "echo");
        return request;
    }

    private static byte[] Mutate(Random random)
    {
        var whole = Pick(random, Whole);
        switch (random.Next(8))
        {
            case 0:
                var bytes = Encoding.UTF8.GetBytes(whole);
                for (var count = random.Next(1, 4); count > 0; count--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                return bytes;
            case 1:
                return Encoding.UTF8.GetBytes(whole[..random.Next(whole.Length)]);
            case 2:
                return Encoding.UTF8.GetBytes(new string('[', random.Next(200)) + whole);
            default:
                var json = JsonNode.Parse(whole)!;
                for (var count = random.Next(1, 3); count > 0; count--)
                {
                    Replace(random, json);
                }

                return Encoding.UTF8.GetBytes(json.ToJsonString());
        }
    }

    // Puts something else in place of one member, at any depth.
    private static void Replace(Random random, JsonNode json)
    {
        if (json is JsonObject { Count: > 0 } members)
        {
            var (name, value) = members.ElementAt(random.Next(members.Count));
            if (random.Next(4) > 0 && members.Select(member => member.Value).FirstOrDefault(member => member is JsonObject { Count: > 0 }) is { } deeper)
            {
                Replace(random, deeper);
            }
            else if (value is JsonObject or JsonArray && random.Next(3) > 0)
            {
                Replace(random, value);
            }
            else if (random.Next(6) is 0)
            {
                members.Remove(name);
            }
            else
            {
                members[name] = Anything(random);
            }
        }
        else if (json is JsonArray { Count: > 0 } items)
        {
            items[random.Next(items.Count)] = Anything(random);
        }
    }

    private static JsonNode? Anything(Random random) => JsonNode.Parse(Pick(
        random,
        "null", "true", "0", "-1", "1.5", "1e400", "123456789012345678901234567890", "\"\"", "\"x\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"", "[]", "[1]", "[[[]]]", "{}",
        "{\"a\":{}}", "\"tools/call\"", "\"2026-07-28\"", "{\"name\":7}", "{\"elicitation\":7}", "{\"form\":[]}"));

    private static T Pick<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
