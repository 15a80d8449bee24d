using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>Serves what an issuer publishes, on loopback.</summary>
internal sealed class IssuerServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private IssuerServer(string url)
    {
        Url = url;
        Issuer = new(url);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.MapGet("{*path}", (HttpContext context) =>
            Issuer.Document(context.Request.Path) is { } document ? Results.Content(document, "application/json") : Results.NotFound());
    }

    public string Url { get; }

    public IdTokenIssuer Issuer { get; }

    public static async Task<IssuerServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new IssuerServer($"http://127.0.0.1:{FreePort()}");
        await server._application.StartAsync(cancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // The issuer says its own address in its documents, so it has to know it before it listens.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
