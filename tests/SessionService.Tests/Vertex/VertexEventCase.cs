using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Runtime.SessionService.Vertex;
using Runtime.SessionService.Wire;
using Runtime.Storage;
using Runtime.Storage.Events;
using Message = Google.Cloud.AIPlatform.V1Beta1.SessionEvent;

namespace Runtime.SessionService.Tests.Vertex;

/// <summary>One event on its way: sent by a client, stored, read as the store gives it, answered.</summary>
internal static class VertexEventCase
{
    public const string Session = "projects/p/locations/l/reasoningEngines/1/sessions/s";

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static PreparedEvent FromJson(string body)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 1000 });
        return VertexEvents.FromJson(document.RootElement, id: null, sessionScopeOnly: true, Now);
    }

    public static PreparedEvent FromWire(Message message) => VertexEvents.FromWire(message.ToByteArray(), id: null, sessionScopeOnly: true, Now);

    /// <summary>Reads the event as a store gives it back.</summary>
    public static SessionEvent Stored(PreparedEvent prepared) =>
        StoredEvent.Read(prepared.Json, prepared.Id, prepared.InvocationId, prepared.Timestamp, revision: 1);

    /// <summary>Makes a stored event of ADK's JSON, as another program would have written it.</summary>
    public static SessionEvent Stored(string json) => StoredEvent.Read(Encoding.UTF8.GetBytes(json), "e1", "i1", Now, revision: 1);

    public static JsonObject Json(SessionEvent stored) => JsonNode.Parse(JsonText(stored), documentOptions: new() { MaxDepth = 1000 })!.AsObject();

    public static string JsonText(SessionEvent stored)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new() { MaxDepth = 1000 }))
        {
            VertexEvents.WriteJson(writer, stored, Session);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static Message Wire(SessionEvent stored)
    {
        using var buffer = new WireBuffer(16);
        VertexEvents.WriteWire(buffer, stored, Encoding.UTF8.GetBytes(Session));
        return Message.Parser.ParseFrom(buffer.Written);
    }

    public static void Same(string expected, JsonNode? actual)
    {
        using var left = JsonDocument.Parse(expected, new JsonDocumentOptions { MaxDepth = 1000 });
        using var right = JsonDocument.Parse(actual?.ToJsonString(new() { MaxDepth = 1000 }) ?? "null", new JsonDocumentOptions { MaxDepth = 1000 });
        if (!JsonElement.DeepEquals(left.RootElement, right.RootElement))
        {
            Assert.Equal(expected, actual?.ToJsonString(new() { MaxDepth = 1000 }));
        }
    }
}
