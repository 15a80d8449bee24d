using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>An HTTP API on loopback that says what it was asked.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private EchoServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The gateway's appsettings.json lies beside this program, with endpoints that are not meant here.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Map("/echo/{*rest}", (Delegate)EchoAsync);
        _application.MapGet("/text", () => "plain text");
    }

    public string Url => _application.Urls.Single();

    public static async Task<EchoServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new EchoServer();
        await server._application.StartAsync(cancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task<IResult> EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        return Results.Text(
            new JsonObject
            {
                ["body"] = body.Length > 0 ? JsonNode.Parse(body) : null,
                ["headers"] = new JsonObject(context.Request.Headers.Where(item => item.Key.StartsWith("X-", StringComparison.OrdinalIgnoreCase))
                    .OrderBy(item => item.Key, StringComparer.OrdinalIgnoreCase).Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value.ToString()))),
                ["method"] = context.Request.Method,
                // As it came: the routed path is decoded.
                ["path"] = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0],
                ["query"] = new JsonObject(context.Request.Query.OrderBy(item => item.Key, StringComparer.Ordinal)
                    .Select(item => KeyValuePair.Create(item.Key, (JsonNode?)item.Value.ToString()))),
            }.ToJsonString(),
            "application/json");
    }
}
