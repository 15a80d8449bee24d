using System.Net;
using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>Requests of the <c>/api</c> protocol, most of them wrong in some way: the statuses and the form of the errors are the same.</summary>
public sealed class RequestTests(ServerPair servers) : ServerPairTest(servers)
{
    private const string Invoke = "/api/tool/nothing/invoke";
    private const string Json = "application/json";

    public static TheoryData<string, string, string?, string?> Requests => new()
    {
        { "GET", "/api/toolset/none", null, null },
        { "GET", "/api/toolset/ORDERS", null, null },
        { "GET", "/api/toolset/orders/more", null, null },
        { "GET", "/api/tool/none", null, null },
        { "GET", "/api/tool/", null, null },
        { "GET", "/api/unknown", null, null },
        { "GET", Invoke, null, null },
        { "PUT", Invoke, "{}", Json },
        { "POST", "/api/tool/nothing", "{}", Json },
        { "POST", "/api/toolset/orders", "{}", Json },
        { "POST", Invoke, "{}", Json },
        { "POST", Invoke + "/", "{}", Json },
        { "POST", Invoke, "null", Json },
        { "POST", Invoke, " {} ", Json },
        { "POST", Invoke, "", Json },
        { "POST", Invoke, "[]", Json },
        { "POST", Invoke, "\"text\"", Json },
        { "POST", Invoke, "1", Json },
        { "POST", Invoke, "{", Json },
        { "POST", Invoke, "{\"a\":", Json },
        { "POST", Invoke, "{\"a\":1,}", Json },
        { "POST", Invoke, "{\"a\":01}", Json },
        { "POST", Invoke, "{\"a\":NaN}", Json },
        { "POST", Invoke, "{'a':1}", Json },
        { "POST", Invoke, "{\"a\":1 /* comment */}", Json },
        { "POST", Invoke, "\uFEFF{}", Json },
        { "POST", Invoke, "{}", "application/json; charset=utf-8" },
        { "POST", Invoke, "{}", "APPLICATION/JSON" },
        { "POST", Invoke, "{}", "text/plain" },
        { "POST", Invoke, "{}", "text/json" },
        { "POST", Invoke, "{}", "application/x-www-form-urlencoded" },
        { "POST", Invoke, "{}", null },
        { "POST", Invoke, "{", "text/plain" },
        { "POST", "/api/tool/none/invoke", "{}", Json },
        { "POST", "/api/tool/none/invoke", "{", Json },
        { "POST", "/api/tool/none/invoke", "{}", "text/plain" },
        { "POST", "/api/tool/guarded/invoke", "{", Json },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Requests_get_the_same_status(string method, string path, string? body, string? contentType)
    {
        var bytes = body is null ? null : Encoding.UTF8.GetBytes(body);

        var theirs = await Servers.Theirs.SendAsync(new(method), path, bytes, contentType);
        var ours = await Servers.Ours.SendAsync(new(method), path, bytes, contentType);

        Assert.True(theirs.Status == ours.Status, $"Toolbox: {theirs}\nGateway: {ours}");
        if (theirs.Body.StartsWith('{') && theirs.Status is not HttpStatusCode.OK)
        {
            var (expected, actual) = (JsonElement.Parse(theirs.Body), JsonElement.Parse(ours.Body));
            Assert.Equal(expected.GetProperty("status").GetString(), actual.GetProperty("status").GetString());
            Assert.NotEmpty(actual.GetProperty("error").GetString()!);
        }
    }

    [Fact]
    public async Task A_body_over_ten_mebibytes_is_refused_as_too_large()
    {
        var body = Encoding.UTF8.GetBytes($"{{\"value\":\"{new string('x', 10 << 20)}\"}}");

        var theirs = await Servers.Theirs.SendAsync(HttpMethod.Post, "/api/tool/take_string/invoke", body);
        var ours = await Servers.Ours.SendAsync(HttpMethod.Post, "/api/tool/take_string/invoke", body);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge), (theirs.Status, ours.Status));
    }

    [Theory]
    [InlineData(Differences.OneObject, "nothing", "{} {}")]
    [InlineData(Differences.OneObject, "nothing", "{} more")]
    [InlineData(Differences.OnlyText, "take_string", "{\"value\":\"\u00FF\"}")]
    public async Task Bodies_that_Toolbox_reads_are_refused_by_us(string subject, string tool, string body)
    {
        // Latin 1: a byte a character, so that the last one is no UTF-8.
        var bytes = Encoding.Latin1.GetBytes(body);

        var theirs = await Servers.Theirs.SendAsync(HttpMethod.Post, $"/api/tool/{tool}/invoke", bytes);
        var ours = await Servers.Ours.SendAsync(HttpMethod.Post, $"/api/tool/{tool}/invoke", bytes);

        Assert.True((theirs.Status, ours.Status) is (HttpStatusCode.OK, HttpStatusCode.BadRequest), $"{subject}\nToolbox: {theirs}\nGateway: {ours}");
    }

    [Fact]
    public async Task A_web_page_of_another_site_is_let_in_by_Toolbox_alone()
    {
        var theirs = await Servers.Theirs.SendAsync(HttpMethod.Get, "/api/tool/nothing", headers: ("Origin", "https://foreign.example"));
        var ours = await Servers.Ours.SendAsync(HttpMethod.Get, "/api/tool/nothing", headers: ("Origin", "https://foreign.example"));

        Assert.True((theirs.Status, ours.Status) is (HttpStatusCode.OK, HttpStatusCode.Forbidden), Differences.ForeignPages);
    }
}
