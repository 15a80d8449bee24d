using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The methods whose answer needs neither a stream nor a session.</summary>
internal sealed class McpMethods(McpCalls calls, IOptions<McpOptions> options)
{
    // How long a client may keep a list. Short, since only a client that listens hears of a change.
    private const int FreshMilliseconds = 30_000;

    /// <summary>Answers a request.</summary>
    public async ValueTask<RpcAnswer> AnswerAsync(RpcMessage request, McpCaller caller, CancellationToken cancellationToken) => request.Method switch
    {
        "tools/call" => await CallAsync(request, caller, cancellationToken),
        "tools/list" => List(request, caller),
        "ping" when !caller.IsPerRequest => RpcAnswer.Result(request.Id, caller.Version, 0, static (_, _) => { }),
        "initialize" when !caller.IsPerRequest => Initialize(request, caller),
        "server/discover" when caller.IsPerRequest => RpcAnswer.Result(request.Id, caller.Version, 0, static (json, _) => WriteDiscovery(json)),
        _ => RpcAnswer.Error(
            request.Id,
            new(RpcError.MethodNotFound, $"There is no method '{request.Method}' in protocol version {caller.Version} of this server."),
            caller.IsPerRequest ? StatusCodes.Status404NotFound : StatusCodes.Status200OK),
    };

    private async Task<RpcAnswer> CallAsync(RpcMessage request, McpCaller caller, CancellationToken cancellationToken)
    {
        if (calls.Read(request.Params, caller.Tools, out var call) is { } problem)
        {
            return RpcAnswer.Error(request.Id, problem, StatusCodes.Status200OK);
        }

        var answer = await calls.RunAsync(call, caller, progress: null, approver: null, cancellationToken);
        return RpcAnswer.Result(request.Id, caller.Version, (answer, caller.Version), static (json, state) => state.answer.Write(json, state.Version), answer.ExpectedBytes);
    }

    private RpcAnswer List(RpcMessage request, McpCaller caller)
    {
        var first = 0;
        if (request.Params.ValueKind is JsonValueKind.Object && request.Params.TryGetProperty("cursor"u8, out var cursor) && cursor.ValueKind is not JsonValueKind.Null)
        {
            if (PositionAfter(cursor, caller.Tools) is not { } position)
            {
                return RpcAnswer.Error(
                    request.Id,
                    new(RpcError.InvalidParams, "\"params.cursor\" is none that this list gave, or its tools changed since. Fix: list from the start, without a cursor."),
                    StatusCodes.Status200OK);
            }

            first = position;
        }

        var tools = caller.Tools.Json(caller.Dialect(request.Meta));
        var end = Math.Min(first + options.Value.ToolsPerPage, tools.Length);
        var next = end < tools.Length ? WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(caller.Tools.Tools[end - 1].Name)) : null;
        var page = tools[first..end];
        return RpcAnswer.Result(
            request.Id, caller.Version, (page, next, caller.IsPerRequest), static (json, state) => WriteList(json, state.page, state.next, state.IsPerRequest), page.Sum(tool => tool.Length + 1));
    }

    // A cursor names the last tool of a page and not its place, so a catalogue that changed between pages skips and repeats nothing.
    private static int? PositionAfter(JsonElement cursor, McpToolList list)
    {
        if (cursor.ValueKind is JsonValueKind.String)
        {
            try
            {
                var name = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor.GetString()!));
                for (var place = 0; place < list.Tools.Count; place++)
                {
                    if (list.Tools[place].Name == name)
                    {
                        return place + 1;
                    }
                }
            }
            catch (FormatException)
            {
                // Not one of ours: the answer is the same as for one whose tool is gone.
            }
        }

        return null;
    }

    private static void WriteList(Utf8JsonWriter json, byte[][] tools, string? next, bool isPerRequest)
    {
        if (isPerRequest)
        {
            json.WriteString("resultType"u8, "complete"u8);
            WriteFreshness(json);
        }

        json.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            json.WriteRawValue(tool, skipInputValidation: true);
        }

        json.WriteEndArray();
        if (next is not null)
        {
            json.WriteString("nextCursor"u8, next);
        }
    }

    // The handshake for a client that takes no stream, and so needs no session; and for one that asks for a revision nobody knows yet.
    private static RpcAnswer Initialize(RpcMessage request, McpCaller caller)
    {
        if (RpcMessage.TextIn(request.Params, "protocolVersion"u8) is not { } requested)
        {
            return RpcAnswer.Error(request.Id, new(RpcError.InvalidParams, "\"params.protocolVersion\" is not there, or not a string."), StatusCodes.Status200OK);
        }

        var version = McpVersion.WithHandshake.Contains(requested) ? requested : McpVersion.NewestWithHandshake;
        return RpcAnswer.Result(request.Id, caller.Version, version, static (json, version) =>
        {
            json.WriteString("protocolVersion"u8, version);
            json.WriteStartObject("capabilities"u8);
            json.WriteStartObject("tools"u8);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WritePropertyName("serverInfo"u8);
            McpServerIdentity.Write(json);
        });
    }

    private static void WriteDiscovery(Utf8JsonWriter json)
    {
        json.WriteString("resultType"u8, "complete"u8);
        WriteFreshness(json);
        json.WriteStartArray("supportedVersions"u8);
        foreach (var version in McpVersion.All)
        {
            json.WriteStringValue(version);
        }

        json.WriteEndArray();
        json.WriteStartObject("capabilities"u8);
        json.WriteStartObject("tools"u8);
        json.WriteBoolean("listChanged"u8, true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WritePropertyName("serverInfo"u8);
        McpServerIdentity.Write(json);
    }

    private static void WriteFreshness(Utf8JsonWriter json)
    {
        json.WriteNumber("ttlMs"u8, FreshMilliseconds);
        json.WriteString("cacheScope"u8, "private"u8);
    }
}
