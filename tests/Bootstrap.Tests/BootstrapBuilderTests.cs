using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Runtime.GoogleCloud.Connection;
using Runtime.GoogleCloud.PubSub;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.Bootstrap.Tests;

public sealed class BootstrapBuilderTests
{
    [Fact]
    public void An_application_makes_a_client_its_own_way_and_a_reset_makes_it_as_before()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        var bootstrap = services.AddBootstrap();
        PubSubClient? own = null;

        bootstrap.UseClient(provider => own = new PubSubClient(provider.GetRequiredService<GoogleConnections>().Open(PubSubClient.Product)));
        using (var container = services.BuildServiceProvider())
        {
            Assert.Same(container.GetRequiredService<PubSubClient>(), own);
        }

        own = null;
        bootstrap.ResetClient<PubSubClient>();
        using (var container = services.BuildServiceProvider())
        {
            Assert.NotNull(container.GetRequiredService<PubSubClient>());
            Assert.Null(own);
        }
    }

    [Fact]
    public async Task A_key_that_no_integration_knows_stops_the_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Integrations:Spaner:Database", "x")]);
        builder.Services.AddBootstrap();
        using var host = builder.Build();

        var error = await Assert.ThrowsAsync<SettingException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Integrations:Spanner:Database", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_brings_its_own_token_is_made_with_it_and_the_others_as_before()
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.NotFound, "no such topic");
        await using var machine = new Machine(Machine.Token, ("Integrations:PubSub:Endpoint", cloud.Grpc));
        var connections = machine.Get<GoogleConnections>();
        var own = new PubSubClient(connections.Open(PubSubClient.Product, new ExplicitCredentials { AccessToken = "token-of-the-call" }));

        await Assert.ThrowsAsync<NotFoundException>(() => own.CreateTopicAsync("projects/p1/topics/t1", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NotFoundException>(() => machine.Get<PubSubClient>().CreateTopicAsync("projects/p1/topics/t1", TestContext.Current.CancellationToken));

        Assert.Equal(
            ["Authorization: Bearer token-of-the-call", $"Authorization: Bearer {Machine.Token.Item2}"],
            cloud.Requests.Select(request => request.Split('\n').Single(line => line.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase))), StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("TOPIC", "gcloud pubsub topics create t1 --project=p1")]
    [InlineData("SUBSCRIPTION", "gcloud pubsub subscriptions create s1 --topic=<topic> --project=p1")]
    public async Task What_Pub_Sub_has_not_is_a_status_with_the_command_that_creates_it(string kind, string fix)
    {
        await using var cloud = await FakeCloud.RefusingAsync(StatusCode.NotFound, "Resource not found");
        await using var machine = new Machine(Machine.Token, ("Integrations:PubSub:Endpoint", cloud.Grpc));
        var client = machine.Get<PubSubClient>();

        var error = await Assert.ThrowsAsync<NotFoundException>(() => kind == "TOPIC"
            ? client.PublishAsync("projects/p1/topics/t1", new Google.Cloud.PubSub.V1.PubsubMessage { Data = Google.Protobuf.ByteString.CopyFromUtf8("x") }, TestContext.Current.CancellationToken)
            : client.AcknowledgeAsync("projects/p1/subscriptions/s1", ["a1"], TestContext.Current.CancellationToken));

        Assert.Equal($"PUBSUB_{kind}_NOT_FOUND", error.Reason);
        Assert.EndsWith($"Fix: {fix}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_configured_is_a_failed_precondition_with_ErrorInfo_and_Help_over_gRPC()
    {
        await using var machine = new Machine();
        var error = await Assert.ThrowsAsync<NotConfiguredException>(() =>
            machine.Get<PubSubClient>().CreateTopicAsync("projects/p1/topics/t1", TestContext.Current.CancellationToken));

        var status = ErrorMapping.ToStatus(error, "request-1");

        Assert.Equal((int)StatusCode.FailedPrecondition, status.Code);
        Assert.Equal(412, ErrorMapping.ToHttpStatus(error.Status));
        Assert.Equal("CREDENTIALS_NOT_FOUND", status.GetDetail<ErrorInfo>()!.Reason);
        Assert.Equal("gcloud auth application-default login", Assert.Single(status.GetDetail<Help>()!.Links).Description);
    }
}
