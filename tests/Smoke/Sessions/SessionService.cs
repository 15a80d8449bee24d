using System.Text;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using Runtime.AppHost.Resources;
using NativeClient = Runtime.Sessions.V1.Sessions.SessionsClient;
using VertexClient = Google.Cloud.AIPlatform.V1Beta1.SessionService.SessionServiceClient;

namespace Runtime.Smoke.Sessions;

/// <summary>A running session service, over its three doors.</summary>
public sealed class SessionService : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly HttpClient _http;

    public SessionService(Uri grpc, Uri http)
    {
        _channel = GrpcChannel.ForAddress(grpc);
        _http = new() { BaseAddress = http };
        (Native, Vertex) = (new(_channel), new(_channel));
    }

    /// <summary>Gets a client of the native API.</summary>
    public NativeClient Native { get; }

    /// <summary>Gets a client of the Vertex AI API over gRPC.</summary>
    public VertexClient Vertex { get; }

    /// <summary>Takes a service of an application.</summary>
    public static SessionService Of(DistributedApplication application, string name) =>
        new(application.GetEndpoint(name, ServiceEndpoints.Grpc), application.GetEndpoint(name, ServiceEndpoints.Http));

    /// <summary>Calls the Vertex AI API over REST.</summary>
    /// <param name="path">What follows the version.</param>
    /// <returns>The status and the answer.</returns>
    public async Task<(int Status, JsonObject Answer)> RestAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/v1beta1/{path}", UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        using var answer = await _http.SendAsync(request, cancellationToken);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!.AsObject());
    }

    public void Dispose()
    {
        _channel.Dispose();
        _http.Dispose();
    }
}
