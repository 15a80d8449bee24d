using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex.Rest;

/// <summary>One HTTP request of the API: its names, its query, its body and its answer.</summary>
/// <param name="Context">The request.</param>
/// <param name="Version"><c>v1</c> or <c>v1beta1</c>.</param>
internal readonly record struct VertexCall(HttpContext Context, string Version)
{
    public CancellationToken Cancellation => Context.RequestAborted;

    public EngineName Engine => new(Route("project"), Route("location"), Route("engine"));

    public SessionName Session => new(Engine, Route("session"));

    /// <summary>Gets the fields of a list, from the query.</summary>
    public ListRequest List => new(Number("pageSize", "page_size"), Query("pageToken", "page_token"), Query("filter", "filter"), Query("orderBy", "order_by"));

    /// <summary>Gets what the path says after the version.</summary>
    public string Path => Context.Request.Path.Value is { } path && path.Length > Version.Length + 2 ? path[(Version.Length + 2)..] : "";

    /// <summary>Reads a query parameter by either of its names; empty where it is absent.</summary>
    public string Query(string camel, string snake) =>
        Context.Request.Query.TryGetValue(camel, out var value) || Context.Request.Query.TryGetValue(snake, out value) ? value.ToString() : "";

    /// <summary>Reads the body, one JSON object.</summary>
    /// <exception cref="InvalidArgumentException">It is something else.</exception>
    public async Task<JsonDocument> BodyAsync(string field, int maxBytes)
    {
        if (Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBytes;
        }

        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(
                Context.Request.Body, new JsonDocumentOptions { MaxDepth = StorageJson.MaxDepth, AllowDuplicateProperties = false }, Cancellation);
        }
        catch (JsonException error)
        {
            throw new InvalidArgumentException(field, came: null, $"one JSON object ({error.Message.TrimEnd('.')})", error);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new LimitExceededException($"The body has more than {maxBytes} bytes. Fix: Keep large content as an artifact, and send a reference.", inner: error);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new InvalidArgumentException(field, came: null, "one JSON object");
        }

        return document;
    }

    /// <summary>Answers with JSON.</summary>
    public async Task AnswerAsync(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        Context.Response.StatusCode = status;
        Context.Response.ContentType = "application/json; charset=UTF-8";
        await using var writer = new Utf8JsonWriter(Context.Response.BodyWriter, RestJson.WriterOptions);
        write(writer);
        await writer.FlushAsync(Cancellation);
    }

    private string Route(string name) => Context.Request.RouteValues[name] as string ?? "";

    private int Number(string camel, string snake)
    {
        var text = Query(camel, snake);
        return text.Length == 0 ? 0 : int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidArgumentException(snake, text, "a whole number, 0 or more");
    }
}
