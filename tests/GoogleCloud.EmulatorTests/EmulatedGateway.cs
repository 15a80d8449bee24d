using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Runtime.Testing;
using Runtime.Tools.V1;
using ToolsClient = Runtime.Tools.V1.Tools.ToolsClient;

namespace Runtime.GoogleCloud.EmulatorTests;

/// <summary>The gateway in this process, in front of one emulator. Its services are the wire clients that the tests prepare data with.</summary>
/// <param name="tools">Text of a tools file; null for the tools that are built in alone.</param>
public sealed class EmulatedGateway(string variable, string address, string? tools = null) : WebApplicationFactory<Program>
{
    private readonly string? _file = tools is null ? null : Path.Combine(StateFolder.Create(), "tools.yaml");

    /// <summary>The default project of every test; what lies in it is named by the test alone.</summary>
    public const string Project = "emulated";

    /// <summary>Returns a name that no other test uses: emulators are shared and never wiped.</summary>
    public static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid().ToString("n")[..12]}";

    /// <summary>Calls a tool over gRPC and reads its JSON.</summary>
    public async Task<(JsonObject Content, bool IsError)> CallAsync(string tool, object arguments, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(Server.BaseAddress, new() { HttpHandler = Server.CreateHandler() });
        var reply = await new ToolsClient(channel).CallToolAsync(
            new CallToolRequest { Name = tool, ArgumentsJson = JsonSerializer.Serialize(arguments) }, cancellationToken: cancellationToken);
        return (JsonNode.Parse(reply.ResultJson)!.AsObject(), reply.IsError);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.UseSetting("GOOGLE_CLOUD_PROJECT", Project);
        builder.UseSetting(variable, address);
        builder.UseSetting("Tools:PubSub:PullWait", "00:00:02");
        if (_file is not null)
        {
            File.WriteAllText(_file, tools);
            builder.UseSetting("Tools:File", _file);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _file is not null && Directory.Exists(Path.GetDirectoryName(_file)))
        {
            Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
        }
    }
}
