using System.Net;
using System.Text.Json.Nodes;
using Runtime.Bootstrap.V1;

namespace Runtime.SessionService.Tests;

/// <summary>The service's report on what stands behind it, which is its database and nothing else.</summary>
public sealed class ReadinessTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_has_the_database_and_the_name_that_its_address_was_found_under()
    {
        await using var host = new SessionServiceHost();
        using var channel = host.OpenChannel();

        var report = await new Readiness.ReadinessClient(channel).CheckAsync(new CheckRequest(), cancellationToken: Cancellation);

        Assert.True(report.Works);
        var database = Assert.Single(report.Integrations);
        Assert.Equal(("session-database", Integration.Types.State.Ready, "memory://"), (database.Key, database.State, database.Endpoint));
    }

    [Fact]
    public async Task The_report_over_HTTP_fails_with_the_database_and_gives_the_step()
    {
        await using var host = new SessionServiceWithoutDatabase();
        using var http = host.CreateClient();

        using var response = await http.GetAsync(new Uri("/doctor", UriKind.Relative), Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var database = Assert.Single(JsonNode.Parse(text)!["integrations"]!.AsArray())!;
        Assert.Equal("SESSION_DB_UNREACHABLE", (string?)database["code"]);
        Assert.Contains("pg_isready -h 127.0.0.1 -p 1", (string?)database["fix"], StringComparison.Ordinal);
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_integration_is_asked_where_its_name_is_given()
    {
        await using var host = new SessionServiceHost();
        using var channel = host.OpenChannel();

        var report = await new Readiness.ReadinessClient(channel).CheckAsync(new CheckRequest { Only = { "toolbox-and-mcp" } }, cancellationToken: Cancellation);

        Assert.Equal("toolbox-and-mcp", Assert.Single(report.Integrations).Key);
    }
}
