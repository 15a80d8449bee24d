using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using Runtime.Bootstrap.Catalogue;
using Runtime.Bootstrap.Settings;
using Runtime.Tools.V1;

namespace Runtime.Smoke.Framework;

/// <summary>A running gateway, and the wire clients that reach what stands behind it, to create what its tools are asked for and to remove it.</summary>
public sealed class SmokeGateway(Uri grpc, Uri http, IConfiguration configuration) : IAsyncDisposable
{
    private readonly ServiceProvider _clients = Wiring.Of(configuration);

    /// <summary>Gets the default project of the gateway.</summary>
    public string Project => _clients.GetRequiredService<SettingsSnapshot>().Get(SharedSettings.Project) ?? "";

    /// <summary>Returns where the emulator of a product answers, as <c>host:port</c>; empty for the real service.</summary>
    public string EmulatorOf(BackingProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        return configuration[product.Variable] ?? "";
    }

    /// <summary>Returns a wire client in front of the same products as the gateway's.</summary>
    public T Client<T>()
        where T : notnull => _clients.GetRequiredService<T>();

    /// <summary>Calls a tool over gRPC; an answer that is an error fails the test.</summary>
    public async Task<JsonObject> CallOverGrpcAsync(string tool, object arguments, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(grpc);
        var reply = await new Tools.V1.Tools.ToolsClient(channel).CallToolAsync(
            new CallToolRequest { Name = tool, ArgumentsJson = JsonSerializer.Serialize(arguments) }, cancellationToken: cancellationToken);
        Assert.False(reply.IsError, reply.ResultJson);
        return JsonNode.Parse(reply.ResultJson)!.AsObject();
    }

    /// <summary>Calls a tool over MCP; an answer that is an error fails the test.</summary>
    public async Task<JsonObject> CallOverMcpAsync(string tool, object arguments, CancellationToken cancellationToken)
    {
        await using var transport = new HttpClientTransport(new() { Endpoint = new Uri(http, "/mcp"), TransportMode = HttpTransportMode.StreamableHttp });
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: cancellationToken);
        var named = JsonSerializer.SerializeToNode(arguments)!.AsObject().ToDictionary(argument => argument.Key, argument => (object?)argument.Value);
        var result = await client.CallToolAsync(tool, named, cancellationToken: cancellationToken);
        var answer = result.StructuredContent?.GetRawText() ?? "{}";
        Assert.False(result.IsError is true, answer);
        return JsonNode.Parse(answer)!.AsObject();
    }

    public ValueTask DisposeAsync() => _clients.DisposeAsync();
}
