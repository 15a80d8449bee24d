using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>Serves what an issuer publishes, on loopback.</summary>
internal sealed class IssuerServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private IdTokenIssuer? _issuer;

    private IssuerServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The gateway's appsettings.json lies beside this program, with endpoints that are not meant here.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.MapGet("{*path}", (HttpContext context) =>
            Issuer.Document(context.Request.Path) is { } document ? Results.Content(document, "application/json") : Results.NotFound());
    }

    public string Url => _application.Urls.Single();

    public IdTokenIssuer Issuer => _issuer ??= new(Url);

    public static async Task<IssuerServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new IssuerServer();
        await server._application.StartAsync(cancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
