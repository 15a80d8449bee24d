using Google.Cloud.Bigtable.Admin.V2;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runtime.Bootstrap;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Connection;
using Status = Grpc.Core.Status;

namespace Runtime.ToolGateway.Tests;

/// <summary>An application makes a client its own way, and the tools of its gateway call with it: no other gateway of the process notices.</summary>
public sealed class ReplacedClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replaced_client_is_the_one_of_its_gateway_alone_and_a_reset_makes_it_as_before()
    {
        var own = new Scripted(new ListTablesResponse { Tables = { new Table { Name = "projects/p1/instances/i/tables/of-the-application" } } });
        await using var replaced = new Gateway(bootstrap => bootstrap.UseClient(services => ClientOf(services, own)), ("BIGTABLE_EMULATOR_HOST", "127.0.0.1:1"));
        await using var reset = new Gateway(
            bootstrap => bootstrap.UseClient(services => ClientOf(services, own)).ResetClient<BigtableAdminClient>(), ("BIGTABLE_EMULATOR_HOST", "127.0.0.1:1"));
        await using var other = new Gateway(_ => { }, ("BIGTABLE_EMULATOR_HOST", "127.0.0.1:1"));

        var (content, isError) = await replaced.CallAsync("bigtable_list_tables", """{"instance_id":"i"}""", Cancellation);

        Assert.Equal((false, """["of-the-application"]"""), (isError, content["results"]!.ToJsonString()));
        foreach (var gateway in new[] { reset, other })
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => gateway.CallAsync("bigtable_list_tables", """{"instance_id":"i"}""", Cancellation));
            Assert.Equal("BIGTABLE_EMULATOR_UNREACHABLE", error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        }
    }

    private static BigtableAdminClient ClientOf(IServiceProvider services, CallInvoker invoker) => new(new GoogleConnection(
        BigtableAdminClient.Product, services.GetRequiredService<GoogleCloudOptions>(), services.GetRequiredService<GoogleCredentials>(), _ => invoker,
        services.GetRequiredService<ILogger<GoogleConnection>>()));

    private sealed class Gateway(Action<BootstrapBuilder> change, params (string Name, string Value)[] settings) : GatewayFixture
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("GOOGLE_CLOUD_PROJECT", "p1");
            foreach (var (name, value) in settings)
            {
                builder.UseSetting(name, value);
            }

            builder.ConfigureTestServices(services => change(new BootstrapBuilder(services)));
        }
    }

    /// <summary>Answers every call alike.</summary>
    private sealed class Scripted(object answer) : CallInvoker
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => new(
            Task.FromResult((TResponse)answer), Task.FromResult<Metadata>([]), () => Status.DefaultSuccess, () => [], () => { });

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }
}
