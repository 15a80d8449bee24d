using System.Net;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Runtime.Tools.V1;
using ToolsClient = Runtime.Tools.V1.Tools.ToolsClient;

namespace Runtime.ToolGateway.Tests;

/// <summary>What an agent hears from a gateway that nobody configured.</summary>
public sealed class NotConfiguredTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("spanner_execute_sql", """{"instance_id":"i","database_id":"d","query":"SELECT 1"}""", "Spanner", "PROJECT_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>")]
    [InlineData("spanner_execute_sql", """{"project_id":"p","instance_id":"i","database_id":"d","query":"SELECT 1"}""", "Spanner", "CREDENTIALS_NOT_FOUND", "gcloud auth application-default login")]
    [InlineData("bigtable_list_tables", """{"instance_id":"i"}""", "Bigtable", "PROJECT_NOT_CONFIGURED", "export GOOGLE_CLOUD_PROJECT=<project-id>")]
    [InlineData("bigtable_read_rows", """{"project_id":"p","instance_id":"i","table_id":"t"}""", "Bigtable", "CREDENTIALS_NOT_FOUND", "gcloud auth application-default login")]
    [InlineData("pull_messages", """{"subscription_name":"projects/p/subscriptions/s"}""", "Pub/Sub", "CREDENTIALS_NOT_FOUND", "gcloud auth application-default login")]
    public async Task A_call_names_the_integration_and_the_one_step(string tool, string arguments, string integration, string code, string fix)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync(tool, arguments, Cancellation));

        var status = error.GetRpcStatus()!;
        var info = status.GetDetail<ErrorInfo>()!;
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal((code, integration, fix), (info.Reason, info.Metadata["integration"], info.Metadata["fix"]));
        Assert.Equal(fix, Assert.Single(status.GetDetail<Help>()!.Links).Description);
    }

    [Fact]
    public async Task On_Google_Cloud_a_call_without_a_project_is_about_that_of_the_machine()
    {
        List<string> asked = [];
        // Elsewhere than the gateway's appsettings.json, which names its ports.
        await using var metadata = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Path.GetTempPath() }).Build();
        metadata.Urls.Add("http://127.0.0.1:0");
        metadata.Run(context =>
        {
            asked.Add(context.Request.Path);
            context.Response.Headers["Metadata-Flavor"] = "Google";
            return context.Response.WriteAsync("machine-project");
        });
        await metadata.StartAsync(Cancellation);
        await using var own = new GatewayFixture();
        await using var onGoogleCloud = own.WithWebHostBuilder(builder => builder
            .UseSetting("NO_GCE_CHECK", "").UseSetting("GCE_METADATA_HOST", metadata.Urls.Single()["http://".Length..]).UseSetting("BIGTABLE_EMULATOR_HOST", "127.0.0.1:1"));
        var tools = new ToolsClient(GrpcChannel.ForAddress(onGoogleCloud.Server.BaseAddress, new() { HttpHandler = onGoogleCloud.Server.CreateHandler() }));

        var error = await Assert.ThrowsAsync<RpcException>(() => tools.CallToolAsync(
            new CallToolRequest { Name = "bigtable_list_tables", ArgumentsJson = """{"instance_id":"i"}""" }, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal("BIGTABLE_EMULATOR_UNREACHABLE", error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        Assert.Equal(["/computeMetadata/v1/project/project-id"], asked);
    }

    [Fact]
    public async Task The_gateway_is_healthy_and_the_rest_works()
    {
        using var client = gateway.CreateClient();
        using var health = await client.GetAsync(new Uri("health", UriKind.Relative), Cancellation);
        var (_, isError) = await gateway.CallAsync("echo", """{"text":"a"}""", Cancellation);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.False(isError);
    }

    [Theory]
    [InlineData("""{"topic_name":"orders","message":"m"}""", "projects/<project-id>/topics/orders")]
    [InlineData("""{"topic_name":"projects/p/subscriptions/orders","message":"m"}""", "projects/<project-id>/topics/orders")]
    public async Task A_topic_that_is_not_named_in_full_is_answered_with_the_full_name(string arguments, string name)
    {
        var (content, isError) = await gateway.CallAsync("publish_message", arguments, Cancellation);

        Assert.True(isError);
        Assert.Equal("PUBSUB_NAME_INVALID", (string?)content["error_code"]);
        Assert.Contains(name, (string?)content["error_details"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spanner_list_table_names", """{"project_id":"p","instance_id":"i/databases/other","database_id":"d"}""", "instance_id")]
    [InlineData("bigtable_read_rows", """{"project_id":"p","instance_id":"i","table_id":"t","row_key_prefix":"a","start_key":"b"}""", "row_key_prefix")]
    [InlineData("bigtable_read_rows", """{"project_id":"p","instance_id":"i","table_id":"t","start_key":"b","end_key":"a"}""", "end_key")]
    public async Task An_argument_that_cannot_work_is_refused_before_anything_is_called(string tool, string arguments, string parameter)
    {
        var (content, isError) = await gateway.CallAsync(tool, arguments, Cancellation);

        Assert.True(isError);
        Assert.Contains($"'{parameter}'", (string?)content["error_details"], StringComparison.Ordinal);
    }
}
