using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Credentials;
using Runtime.ToolGateway.Protocols.Mcp;

namespace Runtime.ToolGateway.Protocols.Toolbox;

/// <summary>The HTTP protocol of MCP Toolbox for Databases: read what tools there are, call one.</summary>
/// <remarks>https://github.com/googleapis/mcp-toolbox: the server's <c>/api</c>. What differs on purpose is listed in docs/toolbox.md.</remarks>
internal sealed class ToolboxProtocol(
    LiveCatalogue catalogue, ToolInvoker invoker, ErrorTranslation errors, ForeignCallerGuard guard, IOptions<ToolboxOptions> options)
{
    public const string NameInPath = "name";

    private const string Protocol = "toolbox";
    private const string Json = "application/json";

    private volatile ToolboxManifests _manifests = new(catalogue.Current);

    private ToolboxManifests Manifests
    {
        get
        {
            var (known, current) = (_manifests, catalogue.Current);
            return ReferenceEquals(known.Catalogue, current) ? known : _manifests = new(current);
        }
    }

    /// <summary>Answers with the manifest of a toolset; of all tools where the path names none.</summary>
    public Task ToolsetAsync(HttpContext http)
    {
        var name = Name(http) ?? "";
        return Refusal(http) ?? (Manifests.OfToolset(name) is { } manifest
            ? ToolboxAnswers.WriteAsync(http.Response, manifest)
            : ToolboxAnswers.RefuseAsync(
                http.Response, StatusCodes.Status404NotFound,
                $"Toolset '{name}' does not exist. Fix: use one of {string.Join(", ", catalogue.Current.ToolsetNames)}."));
    }

    /// <summary>Answers with the manifest of one tool.</summary>
    public Task ToolAsync(HttpContext http)
    {
        var name = Name(http)!;
        return Refusal(http) ?? (Manifests.OfTool(name) is { } manifest
            ? ToolboxAnswers.WriteAsync(http.Response, manifest)
            : ToolNotFoundAsync(http, name));
    }

    /// <summary>Calls a tool with the arguments in the body.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (Refusal(http) is { } refusal)
        {
            return refusal;
        }

        // An empty body has no type to be wrong, and is refused as no JSON.
        if (!IsJson(http.Request.ContentType) && http.Request.ContentLength is not 0)
        {
            if (http.Features.Get<IStatusCodePagesFeature>() is { } pages)
            {
                pages.Enabled = false;   // Toolbox answers without a body.
            }

            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        var name = Name(http)!;
        return catalogue.Current.Find(name) is { } tool ? InvokeAsync(http, tool) : ToolNotFoundAsync(http, name);
    }

    private static string? Name(HttpContext http) => http.Request.RouteValues[NameInPath] as string;

    private Task? Refusal(HttpContext http) =>
        guard.Refusal(http.Request) is { } refusal ? ToolboxAnswers.RefuseAsync(http.Response, StatusCodes.Status403Forbidden, refusal) : null;

    private static Task ToolNotFoundAsync(HttpContext http, string name) =>
        ToolboxAnswers.RefuseAsync(http.Response, StatusCodes.Status404NotFound, $"Tool '{name}' does not exist. Fix: use a name that GET /api/toolset/ lists.");

    private async Task InvokeAsync(HttpContext http, CataloguedTool tool)
    {
        var body = http.Request.BodyReader;
        try
        {
            var bytes = await ReadAsync(http, body);
            try
            {
                await InvokeAsync(http, tool, bytes);
            }
            finally
            {
                // Not before: the arguments share the bytes.
                body.AdvanceTo(bytes.End);
            }
        }
        catch (BadHttpRequestException refused)
        {
            await ToolboxAnswers.RefuseAsync(http.Response, refused.StatusCode, refused.Message);
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            await ToolboxAnswers.RefuseAsync(http.Response, errors.Explain(error));
        }
    }

    private async Task InvokeAsync(HttpContext http, CataloguedTool tool, ReadOnlySequence<byte> body)
    {
        var caller = CallContexts.Of(http, Protocol);
        using var arguments = Parse(body, out var problem);
        if (arguments is null)
        {
            // Who may not call learns nothing of what was wrong.
            await CallerClaims.VerifyAsync(tool.Description, caller, http.RequestAborted);
            await ToolboxAnswers.RefuseAsync(http.Response, StatusCodes.Status400BadRequest, problem);
            return;
        }

        await ToolboxAnswers.WriteAsync(http.Response, await invoker.InvokeAsync(tool, arguments.RootElement, caller, http.RequestAborted));
    }

    private async ValueTask<ReadOnlySequence<byte>> ReadAsync(HttpContext http, PipeReader body)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.Value.MaxRequestBytes;
        }

        while (true)
        {
            var read = await body.ReadAsync(http.RequestAborted);
            if (read.IsCompleted)
            {
                return read.Buffer;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Returns the arguments, which share the bytes of the body; null where they are not a JSON object.</summary>
    private static JsonDocument? Parse(ReadOnlySequence<byte> body, out string problem)
    {
        problem = "";
        try
        {
            var arguments = JsonDocument.Parse(body);
            switch (arguments.RootElement.ValueKind)
            {
                case JsonValueKind.Object when IsText(body):
                    return arguments;
                case JsonValueKind.Null:
                    arguments.Dispose();
                    return JsonDocument.Parse("{}");
                default:
                    problem = "The request body is no JSON object in UTF-8. Fix: send the arguments as one.";
                    arguments.Dispose();
                    return null;
            }
        }
        catch (JsonException error)
        {
            // Only where it breaks: the text itself may hold what should not be repeated.
            problem = $"The request body is not JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}. Fix: send a JSON object.";
            return null;
        }
    }

    private static bool IsText(ReadOnlySequence<byte> body) => Utf8.IsValid(body.IsSingleSegment ? body.FirstSpan : body.ToArray());

    private static bool IsJson(string? contentType)
    {
        var type = contentType.AsSpan();
        var parameters = type.IndexOf(';');
        return (parameters < 0 ? type : type[..parameters]).Trim().Equals(Json, StringComparison.OrdinalIgnoreCase);
    }
}
