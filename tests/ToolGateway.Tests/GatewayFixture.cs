using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Runtime.ToolGateway.Catalogue;
using Runtime.Tools.V1;
using ToolsClient = Runtime.Tools.V1.Tools.ToolsClient;

namespace Runtime.ToolGateway.Tests;

/// <summary>The gateway in this process, without any integration, and with a toolset of fakes.</summary>
public class GatewayFixture : WebApplicationFactory<Program>
{
    // Whatever the machine that runs the tests has set, these tests are about a machine that has nothing.
    private static readonly string[] Cleared =
    [
        "SPANNER_EMULATOR_HOST", "BIGTABLE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT", "CLOUDSDK_CORE_PROJECT",
        "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "GOOGLE_ACCESS_TOKEN", "ACCESS_TOKEN", "GOOGLE_CLOUD_QUOTA_PROJECT",
    ];

    public ToolsClient Native() => new(Channel());

    /// <summary>Calls a tool over gRPC and reads its JSON.</summary>
    public async Task<(JsonObject Content, bool IsError)> CallAsync(string tool, string arguments, CancellationToken cancellationToken)
    {
        var reply = await Native().CallToolAsync(new CallToolRequest { Name = tool, ArgumentsJson = arguments }, cancellationToken: cancellationToken);
        return (JsonNode.Parse(reply.ResultJson)!.AsObject(), reply.IsError);
    }

    /// <summary>Sends one JSON-RPC message over MCP, as <c>curl</c> would, and returns the answer.</summary>
    public async Task<JsonObject> McpAsync(string path, string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        using var client = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        request.Content = new StringContent(
            new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters }.ToJsonString(),
            mediaType: new("application/json"));
        using var response = await client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        // A stream of one message: "event: message", then "data: {...}".
        var data = text.Split('\n').FirstOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal))?["data: ".Length..] ?? text;
        return JsonNode.Parse(data)!.AsObject();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var variable in Cleared)
        {
            builder.UseSetting(variable, "");
        }

        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.UseSetting("NO_GCE_CHECK", "true");
        builder.UseSetting("CLOUDSDK_CONFIG", AppContext.BaseDirectory);
        builder.ConfigureTestServices(services => services.AddSingleton<IToolset, FakeToolset>());
    }

    public GrpcChannel Channel() => GrpcChannel.ForAddress(Server.BaseAddress, new() { HttpHandler = Server.CreateHandler() });
}
