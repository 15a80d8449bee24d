using System.Text.Json;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>One JSON-RPC message. Valid as long as the document it was read from.</summary>
internal readonly struct RpcMessage
{
    /// <summary>Gets the id as it came; undefined for a notification, and where none could be read.</summary>
    public JsonElement Id { get; private init; }

    /// <summary>Gets the method; null for a response.</summary>
    public string? Method { get; private init; }

    /// <summary>Gets the parameters, an object; undefined where none came.</summary>
    public JsonElement Params { get; private init; }

    public bool IsNotification => Method is not null && Id.ValueKind is JsonValueKind.Undefined;

    /// <summary>Gets the <c>_meta</c> of the parameters; undefined where none came.</summary>
    public JsonElement Meta => ObjectIn(Params, "_meta"u8);

    /// <summary>Gets a value indicating whether the client wants to hear of progress.</summary>
    public bool WantsProgress => Meta is { ValueKind: JsonValueKind.Object } meta && meta.TryGetProperty("progressToken"u8, out _);

    /// <summary>Reads a message.</summary>
    /// <param name="read">On failure, has the id where that could be read.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static RpcError? Read(JsonElement json, out RpcMessage read)
    {
        read = default;
        if (json.ValueKind is not JsonValueKind.Object)
        {
            return new(RpcError.InvalidRequest, $"A message is an object, and {Kind(json)} came.");
        }

        if (json.TryGetProperty("id"u8, out var id))
        {
            if (id.ValueKind is not JsonValueKind.String && !(id.ValueKind is JsonValueKind.Number && id.TryGetInt64(out _)))
            {
                return new(RpcError.InvalidRequest, $"An id is a string or a whole number, and {Kind(id)} came.");
            }

            read = new() { Id = id };
        }

        if (!json.TryGetProperty("jsonrpc"u8, out var version) || version.ValueKind is not JsonValueKind.String || !version.ValueEquals("2.0"u8))
        {
            return new(RpcError.InvalidRequest, "\"jsonrpc\" is not \"2.0\".");
        }

        if (!json.TryGetProperty("method"u8, out var method))
        {
            return id.ValueKind is not JsonValueKind.Undefined && (json.TryGetProperty("result"u8, out _) || json.TryGetProperty("error"u8, out _))
                ? null
                : new(RpcError.InvalidRequest, "The message has neither a method nor a result.");
        }

        if (method.ValueKind is not JsonValueKind.String)
        {
            return new(RpcError.InvalidRequest, $"A method is a string, and {Kind(method)} came.");
        }

        var hasParams = json.TryGetProperty("params"u8, out var parameters) && parameters.ValueKind is not JsonValueKind.Null;
        read = new() { Id = id, Method = method.GetString(), Params = hasParams ? parameters : default };
        return hasParams && parameters.ValueKind is not JsonValueKind.Object
            ? new(RpcError.InvalidParams, $"\"params\" is an object, and {Kind(parameters)} came.")
            : null;
    }

    /// <summary>Returns a member that is an object; undefined for anything else.</summary>
    public static JsonElement ObjectIn(JsonElement json, ReadOnlySpan<byte> name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.Object ? member : default;

    /// <summary>Returns a member that is a string; null for anything else.</summary>
    public static string? TextIn(JsonElement json, ReadOnlySpan<byte> name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind is JsonValueKind.String ? member.GetString() : null;

    /// <summary>Returns the same text for the same id, however it is written.</summary>
    public static string KeyOf(JsonElement id) => id.ValueKind is JsonValueKind.String ? $"\"{id.GetString()}" : id.GetRawText();

    /// <summary>Names a kind of JSON value, for a message.</summary>
    public static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => $"the number {json.GetRawText()}",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => "nothing",
    };
}
