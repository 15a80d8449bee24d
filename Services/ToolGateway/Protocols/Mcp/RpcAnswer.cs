using System.Buffers;
using System.Text.Json;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>What goes back for one message: a JSON-RPC response, or nothing but a status.</summary>
internal readonly record struct RpcAnswer(int Status, ReadOnlyMemory<byte> Json)
{
    /// <summary>The message is taken, and is not one that is answered.</summary>
    public static readonly RpcAnswer Accepted = new(StatusCodes.Status202Accepted, default);

    public bool IsEmpty => Json.IsEmpty;

    /// <summary>Answers with a result.</summary>
    /// <param name="write">Writes the members of the result.</param>
    public static RpcAnswer Result<TState>(JsonElement id, string version, TState state, Action<Utf8JsonWriter, TState> write, int expectedBytes = 256)
    {
        var bytes = new ArrayBufferWriter<byte>(expectedBytes + 256);
        using var json = new Utf8JsonWriter(bytes, McpToolJson.Writing);
        Begin(json, id);
        json.WriteStartObject("result"u8);
        WriteResult(json, version, state, write);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return new(StatusCodes.Status200OK, bytes.WrittenMemory);
    }

    /// <summary>Returns the result alone, for a transport that makes the response around it.</summary>
    public static ReadOnlyMemory<byte> ResultAlone<TState>(string version, TState state, Action<Utf8JsonWriter, TState> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, McpToolJson.Writing);
        json.WriteStartObject();
        WriteResult(json, version, state, write);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }

    public static RpcAnswer Error(JsonElement id, RpcError error, int status)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(bytes, McpToolJson.Writing);
        Begin(json, id);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        if (error.Data is { } data)
        {
            json.WritePropertyName("data"u8);
            data.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return new(status, bytes.WrittenMemory);
    }

    private static void Begin(Utf8JsonWriter json, JsonElement id)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        if (id.ValueKind is JsonValueKind.Undefined)
        {
            json.WriteNull("id"u8);
        }
        else
        {
            json.WritePropertyName("id"u8);
            id.WriteTo(json);
        }
    }

    private static void WriteResult<TState>(Utf8JsonWriter json, string version, TState state, Action<Utf8JsonWriter, TState> write)
    {
        write(json, state);
        if (McpVersion.IsPerRequest(version))
        {
            json.WriteStartObject("_meta"u8);
            json.WritePropertyName("io.modelcontextprotocol/serverInfo"u8);
            McpServerIdentity.Write(json);
            json.WriteEndObject();
        }
    }
}
