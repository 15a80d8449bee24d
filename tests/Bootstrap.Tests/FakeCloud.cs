using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Runtime.Bootstrap.Tests;

/// <summary>A server of this process that answers in the place of Google, of a metadata server or of an upstream, and remembers what it was asked.</summary>
internal sealed class FakeCloud : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeCloud(WebApplication app, string http, string grpc) => (_app, Http, Grpc) = (app, http, grpc);

    /// <summary>Gets the address for HTTP/1.1.</summary>
    public string Http { get; }

    /// <summary>Gets the address for gRPC.</summary>
    public string Grpc { get; }

    /// <summary>Gets the requests: method, path with query, and one line a header.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<FakeCloud> StartAsync(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhostPort(HttpProtocols.Http1);
            kestrel.ListenLocalhostPort(HttpProtocols.Http2);
        });
        var app = builder.Build();
        FakeCloud? cloud = null;
        app.Run(async context =>
        {
            cloud!.Requests.Enqueue(
                $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}\n" + string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")));
            await answer(context);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        return cloud = new(app, addresses[0], addresses[1]);
    }

    /// <summary>Answers every request with JSON.</summary>
    public static Task<FakeCloud> AnsweringAsync(int status, string json) => StartAsync(context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(json);
    });

    /// <summary>Fails every request, over gRPC and over HTTP, as Google does.</summary>
    public static Task<FakeCloud> RefusingAsync(StatusCode code, string message, string? reason = null, params (string Name, string Value)[] facts) => StartAsync(async context =>
    {
        var info = new ErrorInfo { Reason = reason ?? "", Domain = "googleapis.com", Metadata = { facts.ToDictionary(fact => fact.Name, fact => fact.Value) } };
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        if (reason is not null)
        {
            status.Details.Add(Any.Pack(info));
        }

        if (context.Request.ContentType == "application/grpc")
        {
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", $"{(int)code}");
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
            context.Response.AppendTrailer("grpc-status-details-bin", Convert.ToBase64String(status.ToByteArray()));
            return;
        }

        context.Response.StatusCode = ServiceDefaults.Errors.ErrorMapping.ToHttpStatus(code);
        var error = new JsonObject
        {
            ["code"] = context.Response.StatusCode,
            ["message"] = message,
            ["status"] = string.Concat(code.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{c}" : $"{char.ToUpperInvariant(c)}")),
        };
        if (reason is not null)
        {
            error["details"] = new JsonArray(new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
                ["reason"] = reason,
                ["domain"] = "googleapis.com",
                ["metadata"] = new JsonObject(facts.Select(fact => KeyValuePair.Create(fact.Name, (JsonNode?)fact.Value))),
            });
        }

        await context.Response.WriteAsync(new JsonObject { ["error"] = error }.ToJsonString());
    });

    /// <summary>Answers every gRPC call with an empty message.</summary>
    public static Task<FakeCloud> EmptyAsync() => StartAsync(async context =>
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    });

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

file static class Listening
{
    public static void ListenLocalhostPort(this KestrelServerOptions kestrel, HttpProtocols protocols) =>
        kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
}
