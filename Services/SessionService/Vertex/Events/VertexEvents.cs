using System.Text;
using System.Text.Json;
using Runtime.SessionService.Wire;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>Between the session events of the Vertex AI Sessions API and ADK's stored events.</summary>
/// <remarks>
/// What a client writes it reads back, field by field and the raw event with every digit, with these exceptions: a field with its default
/// value and an empty map are absent, as in all of proto3; times are kept to the microsecond; <c>temp:</c> state is kept nowhere; and the key
/// <c>_vertex</c> of custom metadata is the service's. A structured event with fields in <c>actions</c> that the API does not have, and an event
/// that something else wrote into the database, get a raw event where they say what the API has no field for: so ADK's clients lose nothing.
/// </remarks>
internal static class VertexEvents
{
    /// <summary>Makes the event to store of a <c>SessionEvent</c> in JSON.</summary>
    /// <param name="body">In proto3 JSON; see <see cref="SentJson.Read"/> for what else is understood.</param>
    /// <param name="id">The id that the event gets; <see langword="null"/> takes the raw event's, else a new one.</param>
    /// <param name="sessionScopeOnly">Whether state keys that begin with <c>app:</c> and <c>user:</c> are the session's own.</param>
    /// <param name="now">The server's time.</param>
    /// <exception cref="InvalidInputException">Names the field as the client wrote it.</exception>
    public static PreparedEvent FromJson(JsonElement body, string? id, bool sessionScopeOnly, DateTimeOffset now) =>
        SentEventMaker.Make(SentJson.Read(body), id, sessionScopeOnly, now);

    /// <summary>Makes the event to store of the bytes of a <c>SessionEvent</c> message.</summary>
    /// <inheritdoc cref="FromJson"/>
    public static PreparedEvent FromWire(ReadOnlySpan<byte> message, string? id, bool sessionScopeOnly, DateTimeOffset now) =>
        SentEventMaker.Make(SentWire.Read(message), id, sessionScopeOnly, now);

    /// <summary>Writes a stored event as a <c>SessionEvent</c> in proto3 JSON.</summary>
    /// <param name="sessionName">The resource name of its session, as the client spells it.</param>
    public static void WriteJson(Utf8JsonWriter writer, SessionEvent stored, string sessionName)
    {
        writer.WriteStartObject();
        var sink = new JsonSink(writer);
        StoredEventWriter<JsonSink>.Write(stored, Encoding.UTF8.GetBytes(sessionName), ref sink);
        writer.WriteEndObject();
    }

    /// <summary>Writes a stored event as the fields of a <c>SessionEvent</c> message in protobuf's binary format.</summary>
    /// <remarks>What nests deeper than parsers of the format accept is left out. JSON has no such limit and has it.</remarks>
    /// <param name="buffer">Where the caller has begun the message, if it is inside another one.</param>
    /// <param name="sessionName">The resource name of its session, as the client spells it, in UTF-8.</param>
    public static void WriteWire(WireBuffer buffer, SessionEvent stored, ReadOnlySpan<byte> sessionName)
    {
        var sink = new WireSink(buffer);
        StoredEventWriter<WireSink>.Write(stored, sessionName, ref sink);
    }
}
