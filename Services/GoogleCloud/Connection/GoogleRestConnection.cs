using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Makes the calls of one product over HTTP and JSON: address and credentials in, explained failures out.</summary>
public sealed class GoogleRestConnection(GoogleProduct product, GoogleEndpoint endpoint, GoogleCredentials credentials, HttpClient http)
{
    public GoogleProduct Product => product;

    public GoogleEndpoint Endpoint => endpoint;

    /// <summary>Sends one request and returns the JSON of the answer.</summary>
    /// <param name="path">Path below the endpoint, with its query.</param>
    /// <param name="body">JSON to send; <see langword="null"/> sends none.</param>
    /// <param name="apiKey">Authenticates instead of credentials; sent as a header, because addresses are logged on the way.</param>
    /// <exception cref="ServiceException">The call failed; the message says how and what helps.</exception>
    public async Task<JsonDocument> SendAsync(HttpMethod method, string path, string? body, string? apiKey, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(endpoint.Address, path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        if (apiKey is not null)
        {
            request.Headers.Add("x-goog-api-key", apiKey);
        }
        else if (!endpoint.IsEmulator)
        {
            foreach (var (name, value) in await credentials.HeadersAsync(product, cancellationToken))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? JsonDocument.Parse(text)
                : throw UpstreamFailures.Explain(RestErrors.ToRpc((int)response.StatusCode, text), product, endpoint, apiKey is null ? credentials.Login : null);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            // Another program has the port, or nobody: gRPC says the same of both.
            throw UpstreamFailures.Explain(new RpcException(new(StatusCode.Unavailable, error.Message)), product, endpoint, credentials.Login);
        }
        catch (OperationCanceledException error) when (error.InnerException is TimeoutException)
        {
            throw UpstreamFailures.Explain(new RpcException(new(StatusCode.DeadlineExceeded, "")), product, endpoint, credentials.Login);
        }
    }
}

/// <summary>Google's JSON errors, said as the gRPC status that they stand for.</summary>
/// <remarks>The shape is that of https://google.aip.dev/193; BigQuery has the one before it, https://cloud.google.com/bigquery/docs/error-messages.</remarks>
internal static class RestErrors
{
    public static RpcException ToRpc(int httpStatus, string body)
    {
        var status = new Google.Rpc.Status { Code = (int)CodeOf(httpStatus, null), Message = $"HTTP status {httpStatus}" };
        try
        {
            using var document = JsonDocument.Parse(body);
            // A streamed answer is a list, of which the error is the only item.
            var root = document.RootElement.ValueKind is JsonValueKind.Array ? document.RootElement[0] : document.RootElement;
            if (root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object)
            {
                status.Message = Text(error, "message") ?? status.Message;
                status.Code = (int)CodeOf(httpStatus, Text(error, "status"));
                Add(status, error);
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            // A proxy answers in HTML: its status is all there is to know.
        }

        return status.ToRpcException();
    }

    private static void Add(Google.Rpc.Status status, JsonElement error)
    {
        foreach (var detail in Items(error, "details"))
        {
            if (Text(detail, "@type") is { } type && type.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal))
            {
                var info = new ErrorInfo { Reason = Text(detail, "reason") ?? "", Domain = Text(detail, "domain") ?? "" };
                if (detail.TryGetProperty("metadata", out var metadata) && metadata.ValueKind is JsonValueKind.Object)
                {
                    foreach (var fact in metadata.EnumerateObject())
                    {
                        info.Metadata[fact.Name] = fact.Value.ToString();
                    }
                }

                status.Details.Add(Any.Pack(info));
                return;
            }
        }

        // The shape before: {"errors": [{"reason": "accessDenied", "domain": "global", "message": "..."}]}
        if (Items(error, "errors").Select(item => Text(item, "reason")).FirstOrDefault() is { } reason)
        {
            status.Details.Add(Any.Pack(new ErrorInfo { Reason = reason }));
        }
    }

    private static StatusCode CodeOf(int httpStatus, string? status) =>
        status is not null && System.Enum.TryParse<StatusCode>(status.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var code) ? code
        : httpStatus switch
        {
            400 => StatusCode.InvalidArgument,
            401 => StatusCode.Unauthenticated,
            403 => StatusCode.PermissionDenied,
            404 => StatusCode.NotFound,
            409 => StatusCode.AlreadyExists,
            429 => StatusCode.ResourceExhausted,
            501 => StatusCode.Unimplemented,
            502 or 503 => StatusCode.Unavailable,
            504 => StatusCode.DeadlineExceeded,
            _ => StatusCode.Internal,
        };

    private static JsonElement[] Items(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
