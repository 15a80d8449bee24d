using System.Net;
using System.Text.Json.Nodes;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>Tools that ask who calls: the same tokens open them, and the same claims become arguments.</summary>
public sealed class CallerTests(ServerPair servers) : ServerPairTest(servers)
{
    private const string Audience = "toolbox-tests";
    private const string OtherAudience = "other-tests";

    public static TheoryData<string, string, string> Called => new()
    {
        { "guarded", "none", "{}" },
        { "guarded", "good", "{}" },
        { "guarded", "bearer", "{}" },
        { "guarded", "upper", "{}" },
        { "guarded", "garbage", "{}" },
        { "guarded", "tampered", "{}" },
        { "guarded", "expired", "{}" },
        { "guarded", "early", "{}" },
        { "guarded", "wrong audience", "{}" },
        { "guarded", "audience in a list", "{}" },
        { "guarded", "other", "{}" },
        { "guarded_by_either", "other", "{}" },
        { "guarded_by_either", "good", "{}" },
        { "guarded_by_either", "none", "{}" },
        { "nothing", "garbage", "{}" },
        { "own_orders", "good", "{}" },
        { "own_orders", "none", "{}" },
        { "own_orders", "expired", "{}" },
        { "own_orders", "good", """{"least":100}""" },
        { "own_orders", "good", """{"customer":"Grace"}""" },
        { "own_orders", "none", """{"customer":"Grace"}""" },
        { "own_orders", "without name", "{}" },
        { "own_orders", "number as name", "{}" },
        { "either_name", "good", "{}" },
        { "either_name", "other with name", "{}" },
        { "either_name", "both, other without name", "{}" },
        { "nested_claim", "good", "{}" },
        { "nested_claim", "dotted claim", "{}" },
    };

    [Theory]
    [MemberData(nameof(Called))]
    public async Task Answers_over_HTTP_mean_the_same(string tool, string token, string arguments)
    {
        var headers = Headers(token);

        var theirs = await Servers.Theirs.CallOverHttpAsync(tool, arguments, headers);
        var ours = await Servers.Ours.CallOverHttpAsync(tool, arguments, headers);

        Assert.True(Meaning.IsSame(theirs, ours), $"Toolbox: {theirs}\nGateway: {ours}");
    }

    [Theory]
    [MemberData(nameof(Called))]
    public async Task Answers_over_MCP_let_the_same_callers_in(string tool, string token, string arguments)
    {
        var headers = Headers(token);

        var theirs = await Servers.Theirs.CallOverMcpAsync(tool, arguments, headers);
        var ours = await Servers.Ours.CallOverMcpAsync(tool, arguments, headers);

        Assert.True(
            theirs.Rows is { } rows ? Meaning.IsSame(theirs with { Status = ours.Status }, ours) : ours.Rows is null, $"Toolbox: {theirs}\nGateway: {ours}");
    }

    [Fact]
    public async Task Without_a_token_a_call_over_MCP_is_a_failure_of_HTTP_to_Toolbox_alone()
    {
        var theirs = await Servers.Theirs.CallOverMcpAsync("guarded", "{}");
        var ours = await Servers.Ours.CallOverMcpAsync("guarded", "{}");

        Assert.True(
            (theirs.Status, ours.Status) is (HttpStatusCode.Unauthorized, HttpStatusCode.OK) && ours.Error!.Contains("issuer_token", StringComparison.Ordinal),
            $"{Differences.TokensOverMcp}\nToolbox: {theirs}\nGateway: {ours}");
    }

    [Fact]
    public async Task An_integer_claim_is_an_integer_to_us_alone()
    {
        var headers = Headers("good");

        var theirs = await Servers.Theirs.CallOverHttpAsync("own_number", "{}", headers);
        var ours = await Servers.Ours.CallOverHttpAsync("own_number", "{}", headers);

        Assert.True(theirs.Error is not null && Meaning.IsSame(Answer.Of("""[{"value":7}]"""), ours), $"{Differences.IntegerClaims}\nToolbox: {theirs}\nGateway: {ours}");
    }

    [Theory]
    [InlineData(Differences.WholeTokens, "guarded", "of a foreign issuer")]
    [InlineData(Differences.WholeTokens, "guarded", "without an end")]
    [InlineData(Differences.NoClaim, "own_orders", "null name")]
    public async Task Tokens_that_Toolbox_lets_in_are_refused_by_us(string subject, string tool, string token)
    {
        var headers = Headers(token);

        var theirs = await Servers.Theirs.CallOverHttpAsync(tool, "{}", headers);
        var ours = await Servers.Ours.CallOverHttpAsync(tool, "{}", headers);

        Assert.True((theirs.Status, ours.Status) is (HttpStatusCode.OK, HttpStatusCode.Unauthorized), $"{subject}\nToolbox: {theirs}\nGateway: {ours}");
    }

    private (string Name, string Value)[] Headers(string token)
    {
        var issuer = Servers.Issuer;
        (string Name, JsonNode? Value) name = ("given_name", "Ada");
        var good = issuer.Sign(Audience, name, ("number", 7), ("address", new JsonObject { ["city"] = "London" }));
        return token switch
        {
            "none" => [],
            "good" => [("issuer_token", good)],
            "bearer" => [("issuer_token", $"Bearer {good}")],
            "upper" => [("ISSUER_TOKEN", good)],
            "garbage" => [("issuer_token", "garbage")],
            "tampered" => [("issuer_token", good[..^4] + "AAAA")],
            "expired" => [("issuer_token", issuer.Sign(Audience, name, ("exp", Seconds(-600))))],
            "early" => [("issuer_token", issuer.Sign(Audience, name, ("nbf", Seconds(600))))],
            "wrong audience" => [("issuer_token", issuer.Sign("somebody-else", name))],
            "audience in a list" => [("issuer_token", issuer.Sign(Audience, name, ("aud", new JsonArray("somebody-else", Audience))))],
            "other" => [("other_token", issuer.Sign(OtherAudience))],
            "other with name" => [("other_token", issuer.Sign(OtherAudience, ("name", "Olga")))],
            "both, other without name" => [("issuer_token", good), ("other_token", issuer.Sign(OtherAudience))],
            "without name" => [("issuer_token", issuer.Sign(Audience))],
            "null name" => [("issuer_token", issuer.Sign(Audience, ("given_name", null)))],
            "number as name" => [("issuer_token", issuer.Sign(Audience, ("given_name", 5)))],
            "dotted claim" => [("issuer_token", issuer.Sign(Audience, ("address.city", "Paris")))],
            "of a foreign issuer" => [("issuer_token", issuer.Sign(Audience, ("iss", "https://foreign.example")))],
            "without an end" => [("issuer_token", issuer.Sign(Audience, ("exp", null)))],
            _ => throw new ArgumentOutOfRangeException(nameof(token), token, "There is no such token."),
        };
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.AddSeconds(fromNow).ToUnixTimeSeconds();
}
