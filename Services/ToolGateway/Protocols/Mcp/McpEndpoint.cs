using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The streamable HTTP transport, in front of the package's: answers with plain JSON what needs no stream, and hands on the rest.</summary>
/// <remarks>docs/decisions/mcp-direct-answers.md says why.</remarks>
internal sealed class McpEndpoint(ForeignCallerGuard guard, McpToolLists lists, McpSessions sessions, McpMethods methods, IOptions<McpOptions> options)
{
    public const string ToolsetInPath = "toolset";

    private const string JsonType = "application/json";
    private const string StreamType = "text/event-stream";

    public Task InvokeAsync(HttpContext http, RequestDelegate package)
    {
        if (guard.Refusal(http.Request) is { } refusal)
        {
            return Results.Problem(refusal, statusCode: StatusCodes.Status403Forbidden, title: "FOREIGN_CALLER").ExecuteAsync(http);
        }

        var toolset = http.GetRouteValue(ToolsetInPath) as string;
        if (lists.Find(toolset) is not { } tools)
        {
            return Results.Problem(
                $"There is no toolset '{toolset}'. Fix: use one of {string.Join(", ", lists.ToolsetNames)}, or no toolset in the path for all tools.",
                statusCode: StatusCodes.Status404NotFound,
                title: "TOOLSET_NOT_FOUND").ExecuteAsync(http);
        }

        return http.Request.Method switch
        {
            "POST" => PostAsync(http, tools, package),
            "GET" or "DELETE" => OfSessionAsync(http, package),
            _ => package(http),
        };
    }

    private Task OfSessionAsync(HttpContext http, RequestDelegate package)
    {
        var id = http.Request.Headers[McpSessions.HeaderName].ToString();
        if (id.Length is 0 || McpVersion.IsPerRequest(http.Request.Headers[McpVersion.HeaderName].ToString()))
        {
            http.Response.Headers.Allow = "POST";
            return WriteAsync(http, RpcAnswer.Error(
                default, new(RpcError.InvalidRequest, "Without a session there is no stream to offer, and none to end. Fix: POST."), StatusCodes.Status405MethodNotAllowed));
        }

        return sessions.Find(id) is null ? WriteAsync(http, UnknownSession(default)) : package(http);
    }

    private async Task PostAsync(HttpContext http, McpToolList tools, RequestDelegate package)
    {
        if (!IsJson(http.Request.ContentType))
        {
            await WriteAsync(http, RpcAnswer.Error(
                default, new(RpcError.InvalidRequest, $"The Content-Type is not {JsonType} in UTF-8."), StatusCodes.Status415UnsupportedMediaType));
            return;
        }

        using var body = await RequestBody.ReadAsync(http.Request, options.Value.MaxRequestBytes, http.RequestAborted);
        if (body.IsTooLarge)
        {
            await WriteAsync(http, RpcAnswer.Error(
                default,
                new(RpcError.InvalidRequest, $"The request has more than {options.Value.MaxRequestBytes} bytes. Setting: Mcp:MaxRequestBytes. Fix: send less."),
                StatusCodes.Status413PayloadTooLarge));
            return;
        }

        using var json = JsonText.Parse(body.Bytes, out var problem);
        if (json is null)
        {
            await WriteAsync(http, RpcAnswer.Error(default, new(RpcError.ParseError, $"The body is not JSON. {problem}"), StatusCodes.Status400BadRequest));
        }
        else if (json.RootElement.ValueKind is JsonValueKind.Array)
        {
            await WriteAsync(http, await AnswerBatchAsync(http, json.RootElement, tools));
        }
        else if (await AnswerAsync(http, json.RootElement, tools) is { } answer)
        {
            await WriteAsync(http, answer);
        }
        else
        {
            http.Request.Body = body.AsStream();
            await package(http);
        }
    }

    /// <summary>Answers one message; null for one that the package answers.</summary>
    private async ValueTask<RpcAnswer?> AnswerAsync(HttpContext http, JsonElement json, McpToolList tools)
    {
        if (RpcMessage.Read(json, out var message) is { } malformed)
        {
            return RpcAnswer.Error(message.Id, malformed, malformed.Code is RpcError.InvalidParams ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
        }

        if (Resolve(http.Request, message.Id, out var version, out var session) is { } refused)
        {
            return refused;
        }

        if (PerRequestRules.Check(http.Request, message, version) is { } broken)
        {
            return RpcAnswer.Error(message.Id, broken, StatusCodes.Status400BadRequest);
        }

        if (IsForPackage(message, version, session, AcceptsStream(http.Request)))
        {
            session?.Show();
            return PackageProblem(message) is { } unreadable ? RpcAnswer.Error(message.Id, unreadable, StatusCodes.Status200OK) : null;
        }

        return await AnswerDirectlyAsync(http, message, new(version, tools, CallContexts.HeaderOf(http), CallContexts.CallerOf(http)), session);
    }

    private async Task<RpcAnswer> AnswerBatchAsync(HttpContext http, JsonElement batch, McpToolList tools)
    {
        if (Resolve(http.Request, default, out var version, out var session) is { } refused)
        {
            return refused;
        }

        if (!McpVersion.AllowsBatches(version) || batch.GetArrayLength() is 0)
        {
            return RpcAnswer.Error(
                default,
                new(RpcError.InvalidRequest, batch.GetArrayLength() is 0 ? "The batch is empty." : $"Protocol version {version} has no batches. Fix: send each message by itself."),
                StatusCodes.Status400BadRequest);
        }

        var caller = new McpCaller(version, tools, CallContexts.HeaderOf(http), CallContexts.CallerOf(http));
        var answers = new ArrayBufferWriter<byte>();
        foreach (var item in batch.EnumerateArray())
        {
            var answer = RpcMessage.Read(item, out var message) is { } malformed ? RpcAnswer.Error(message.Id, malformed, StatusCodes.Status200OK)
                : message.Method is "initialize" ? RpcAnswer.Error(message.Id, new(RpcError.InvalidRequest, "\"initialize\" is no part of a batch."), StatusCodes.Status200OK)
                : await AnswerDirectlyAsync(http, message, caller, session);
            if (!answer.IsEmpty)
            {
                answers.Write(answers.WrittenCount is 0 ? "["u8 : ","u8);
                answers.Write(answer.Json.Span);
            }
        }

        if (answers.WrittenCount is 0)
        {
            return RpcAnswer.Accepted;
        }

        answers.Write("]"u8);
        return new(StatusCodes.Status200OK, answers.WrittenMemory);
    }

    private async ValueTask<RpcAnswer> AnswerDirectlyAsync(HttpContext http, RpcMessage message, McpCaller caller, McpSession? session)
    {
        if (message.Method is null)
        {
            return RpcAnswer.Accepted;
        }

        if (message.IsNotification)
        {
            _ = session is not null && IsCancellation(message, out var cancelled) && session.Cancel(cancelled);
            return RpcAnswer.Accepted;
        }

        if (session is null || message.Method is not "tools/call")
        {
            if (message.Method is "initialize" && McpVersion.NeedsSessionId(RpcMessage.TextIn(message.Params, "protocolVersion"u8)))
            {
                http.Response.Headers[McpSessions.HeaderName] = McpSessions.NothingKept;
            }

            return await methods.AnswerAsync(message, caller, http.RequestAborted);
        }

        var id = RpcMessage.KeyOf(message.Id);
        using var running = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        session.Begin(id, running);
        try
        {
            return await methods.AnswerAsync(message, caller, running.Token);
        }
        catch (OperationCanceledException) when (running.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            // A cancelled request has no response: https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation
            return RpcAnswer.Accepted;
        }
        finally
        {
            session.End(id, running);
        }
    }

    /// <summary>Finds out which revision a request is in, and which session; returns the refusal of one that is in neither.</summary>
    private RpcAnswer? Resolve(HttpRequest request, JsonElement id, out string version, out McpSession? session)
    {
        session = null;
        version = request.Headers[McpVersion.HeaderName].ToString();
        if (version.Length > 0 && !McpVersion.All.Contains(version))
        {
            return RpcAnswer.Error(id, RpcError.VersionUnsupported(version), StatusCodes.Status400BadRequest);
        }

        if (McpVersion.IsPerRequest(version))
        {
            return null;
        }

        if (request.Headers[McpSessions.HeaderName].ToString() is { Length: > 0 } wanted && wanted is not McpSessions.NothingKept)
        {
            session = sessions.Find(wanted);
            if (session is null)
            {
                return UnknownSession(id);
            }
        }

        if (version.Length is 0)
        {
            version = session?.Version ?? McpVersion.Assumed;
        }

        return null;
    }

    private static bool IsForPackage(in RpcMessage message, string version, McpSession? session, bool acceptsStream) => acceptsStream && message.Method switch
    {
        null => session is not null,
        "initialize" => !McpVersion.IsPerRequest(version) && session is null
            && RpcMessage.TextIn(message.Params, "protocolVersion"u8) is { } requested && McpVersion.WithHandshake.Contains(requested),
        "tools/call" when McpVersion.IsPerRequest(version) => message.WantsProgress,
        "tools/call" => session is not null && (message.WantsProgress || session.CanAsk || session.IsDueToShow),
        "subscriptions/listen" => McpVersion.IsPerRequest(version) && !message.IsNotification,
        // Cancelled by the package, a call would leave its stream open, with nothing more to come.
        "notifications/cancelled" => false,
        _ => message.IsNotification && session is not null,
    };

    // The package answers parameters that it cannot read with an internal error.
    private static RpcError? PackageProblem(in RpcMessage message)
    {
        try
        {
            _ = message.Method switch
            {
                "initialize" => message.Params.Deserialize<InitializeRequestParams>(McpJsonUtilities.DefaultOptions),
                "tools/call" => message.Params.Deserialize<CallToolRequestParams>(McpJsonUtilities.DefaultOptions),
                "subscriptions/listen" => message.Params.Deserialize<SubscriptionsListenRequestParams>(McpJsonUtilities.DefaultOptions),
                _ => (object?)null,
            };
            return null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new(RpcError.InvalidParams, $"\"params\" does not fit \"{message.Method}\". {error.Message}");
        }
    }

    private static bool IsCancellation(in RpcMessage message, out string request)
    {
        request = "";
        if (message.Method is not "notifications/cancelled" || message.Params.ValueKind is not JsonValueKind.Object || !message.Params.TryGetProperty("requestId"u8, out var id))
        {
            return false;
        }

        request = RpcMessage.KeyOf(id);
        return true;
    }

    private static RpcAnswer UnknownSession(JsonElement id) => RpcAnswer.Error(
        id, new(RpcError.SessionNotFound, "There is no such session, or it has ended. Fix: initialize again."), StatusCodes.Status404NotFound);

    private static bool AcceptsStream(HttpRequest request) => request.Headers.Accept.ToString().Contains(StreamType, StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string? contentType) => contentType is JsonType
        || (MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals(JsonType, StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)));

    private static async Task WriteAsync(HttpContext http, RpcAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        if (!answer.IsEmpty)
        {
            http.Response.ContentType = JsonType;
            http.Response.ContentLength = answer.Json.Length;
            await http.Response.BodyWriter.WriteAsync(answer.Json, http.RequestAborted);
        }
    }
}
