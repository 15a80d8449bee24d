using System.Text.Json;
using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>Whatever a model sends to an <c>http</c> tool is answered or refused, and arrives in its place and nowhere else.</summary>
public sealed class HttpArgumentTests : IAsyncLifetime
{
    // Letters that end, begin or escape something in an address, a header or JSON, and some that do not.
    private const string Letters = "//..?#&=%+:;@\\\"'{}[],<> \t\r\n\0\u0001aZ0_-é😀\u202e";

    private const string Tool = """
        send:
            kind: http
            source: api
            description: d
            method: POST
            path: things/{{.id}}/of/{{pathEscape .part}}?in={{.inner}}
            requestBody: '{"quoted": "{{.text}}", "value": {{json .text}}, "number": {{.number}}, "flag": {{.flag}}, "list": {{json .list}}, "map": {{json .map}}}'
            pathParams:
              - { name: id, type: string, description: d }
              - { name: part, type: string, description: d, default: p }
              - { name: inner, type: string, description: d, default: i }
            queryParams:
              - { name: q, type: string, description: d, required: false }
              - { name: page, type: integer, description: d, required: false }
            bodyParams:
              - { name: text, type: string, description: d, default: t }
              - { name: number, type: float, description: d, default: 1.5 }
              - { name: flag, type: boolean, description: d, required: false }
              - { name: list, type: array, description: d, required: false, items: { type: string } }
              - { name: map, type: map, description: d, required: false }
            headerParams:
              - { name: X-Call, type: string, description: d, required: false }
        """;

    private readonly HttpApi _api = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _api.StartAsync(Cancellation);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Random_arguments_are_answered_or_refused_and_never_fail()
    {
        await using var gateway = Start();
        var random = new RandomArguments(20261123, ["id", "part", "inner", "q", "page", "text", "number", "flag", "list", "map", "X-Call"]);
        var answered = 0;
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var arguments = random.Next();
            var result = await gateway.CallAsync("send", arguments);
            answered += result.IsError ? 0 : 1;
            Assert.True(result.ErrorCode is null or "INVALID_ARGUMENT" or "HTTP_STATUS", $"{arguments} gave {result}");
            Assert.NotNull(JsonNode.Parse(result.Utf8.Span));
        }

        Assert.True(answered > 20, $"Only {answered} were answered.");
    }

    [Fact]
    public async Task No_text_ends_its_place()
    {
        await using var gateway = Start();
        var random = new Random(20261123);
        var arrived = 0;
        for (var attempt = 0; attempt < 10_000; attempt++)
        {
            var arguments = new Dictionary<string, string> { ["id"] = Text(random) };
            foreach (var name in new[] { "part", "inner", "q", "text", "X-Call" }.Where(_ => random.Next(2) is 0))
            {
                arguments[name] = Text(random);
            }

            var result = await gateway.CallAsync("send", JsonSerializer.Serialize(arguments));
            if (result.IsError)
            {
                Assert.True(result.ErrorCode is "INVALID_ARGUMENT" or "HTTP_STATUS", $"{JsonSerializer.Serialize(arguments)} gave {result}");
                continue;
            }

            arrived++;
            AssertInPlace(arguments, result.ToJson());
        }

        Assert.True(arrived > 2000, $"Only {arrived} arrived.");
    }

    private static void AssertInPlace(Dictionary<string, string> sent, JsonObject received)
    {
        var (folder, query) = ((string)received["path"]!).Split('?') is [var before, var behind] ? (before, behind) : throw new InvalidOperationException($"{received}");
        Assert.Equal(["", "api", "things", .. sent["id"].Split('/'), "of", Sent("part", "p")], folder.Split('/').Select(Uri.UnescapeDataString));

        string[] inQuery = [$"in\n{Sent("inner", "i")}", "key\nk", .. sent.TryGetValue("q", out var q) ? [$"q\n{q}"] : Array.Empty<string>()];
        Assert.Equal(inQuery, query.Split('&').Select(part => string.Join('\n', part.Split('=').Select(Uri.UnescapeDataString))));

        // White space around a header is not part of it.
        var headers = received["headers"]!.AsObject();
        Assert.All(headers, header => Assert.Contains(header.Key, new[] { "Content-Type", "X-Call" }));
        Assert.Equal(Sent("X-Call", "").Trim(' ', '\t'), (string?)headers["X-Call"] ?? "");

        var body = JsonNode.Parse((string)received["body"]!)!.AsObject();
        Assert.Equal(["quoted", "value", "number", "flag", "list", "map"], body.Select(property => property.Key));
        Assert.Equal(Sent("text", "t"), (string)body["quoted"]!);
        Assert.Equal(Sent("text", "t"), (string)body["value"]!);

        string Sent(string name, string otherwise) => sent.GetValueOrDefault(name, otherwise);
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ =>
    {
        var place = random.Next(Letters.Length);
        return char.IsSurrogate(Letters[place]) ? "😀" : Letters[place].ToString();
    }));

    private DeclaredGateway Start() => new($$"""
        sources:
          api: { kind: http, baseUrl: "{{_api.Address}}/api/", queryParams: { key: k }, allowedIpRanges: [127.0.0.0/8] }
        tools:
          {{Tool}}
        """);
}
