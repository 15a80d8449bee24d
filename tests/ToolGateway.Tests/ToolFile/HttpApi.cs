using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Runtime.ToolGateway.Tests.ToolFile;

/// <summary>An HTTP API that answers with the request that it got, and under some paths as it is told to.</summary>
internal sealed class HttpApi : IAsyncDisposable
{
    private readonly WebApplication _api;

    public HttpApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The settings of the gateway lie beside this program.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _api = builder.Build();
        _api.MapFallback("/api/status/{code:int}", (int code) => Results.Text("the reason", statusCode: code));
        _api.MapFallback("/api/list", () => Results.Json(new object?[] { new { a = 1 }, "x", null }));
        _api.MapFallback("/api/text", () => "plain");
        _api.MapFallback("/api/large/{bytes:int}", (int bytes) => new string('x', bytes));
        _api.MapFallback("/api/away", () => Results.Redirect("http://10.1.2.3/"));
        _api.MapFallback("/api/wait", async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted));
        _api.MapFallback(async (HttpContext context, CancellationToken cancellation) => Results.Json(new
        {
            method = context.Request.Method,
            path = context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            headers = context.Request.Headers.Where(header => header.Key.StartsWith("X-", StringComparison.Ordinal) || header.Key is "Content-Type").ToDictionary(header => header.Key, header => $"{header.Value}"),
            body = await new StreamReader(context.Request.Body).ReadToEndAsync(cancellation),
        }));
    }

    /// <summary>Gets the address, which ends without a slash.</summary>
    public string Address => _api.Urls.Single();

    public Task StartAsync(CancellationToken cancellationToken) => _api.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => _api.DisposeAsync();
}
