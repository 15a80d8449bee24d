using System.Net;
using System.Text.Json.Nodes;
using Grpc.Core;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.V1;
using Integration = Runtime.Bootstrap.V1.Integration;

namespace Runtime.ToolGateway.Tests;

/// <summary>The gateway's report on what stands behind it; these tests have nothing behind it.</summary>
public sealed class ReadinessTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task The_report_over_gRPC_has_every_integration_of_the_gateway_with_its_step()
    {
        var report = await Client().CheckAsync(new CheckRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(report.Works);
        Assert.Equal(IntegrationCatalogue.BuiltIn.All.Select(entry => entry.Key).Except(["session-database"]), report.Integrations.Select(entry => entry.Key));
        Assert.All(report.Integrations, integration =>
        {
            Assert.Equal(Integration.Types.State.NotConfigured, integration.State);
            Assert.NotEmpty(integration.Fix);
        });
    }

    [Fact]
    public async Task The_report_over_HTTP_fails_where_what_is_asked_for_by_name_does_not_work()
    {
        using var client = gateway.CreateClient();

        using var all = await client.GetAsync("/doctor", TestContext.Current.CancellationToken);
        using var one = await client.GetAsync("/doctor?only=pub-sub&only=spanner&timeout=2", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (all.StatusCode, one.StatusCode));
        var integrations = JsonNode.Parse(await one.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["integrations"]!.AsArray();
        Assert.Equal(["spanner", "pub-sub"], integrations.Select(integration => integration!["key"]!.GetValue<string>()));
        Assert.Equal("NOT_CONFIGURED", integrations[1]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_name_of_no_integration_is_an_invalid_argument_on_both()
    {
        using var client = gateway.CreateClient();

        var error = await Assert.ThrowsAsync<RpcException>(() =>
            Client().CheckAsync(new CheckRequest { Only = { "spaner" } }, cancellationToken: TestContext.Current.CancellationToken).ResponseAsync);
        using var response = await client.GetAsync("/doctor?only=spaner", TestContext.Current.CancellationToken);

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_time_that_is_no_number_is_a_bad_request()
    {
        using var client = gateway.CreateClient();

        using var response = await client.GetAsync("/doctor?timeout=soon", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("BAD_REQUEST", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["title"]);
    }

    private Readiness.ReadinessClient Client() => new(gateway.Channel());
}
