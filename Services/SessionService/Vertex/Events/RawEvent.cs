using System.Buffers;
using System.Text.Json;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>An ADK event made of a client's raw event.</summary>
internal static class RawEvent
{
    /// <summary>
    /// Gives the raw event, and with it those structured fields that it does not have. Custom metadata is left out: it is written last, with
    /// the note in it.
    /// </summary>
    public static ReadOnlyMemory<byte> Complete(JsonElement raw, JsonElement fields)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            writer.WriteStartObject();
            var names = new HashSet<string>(StringComparer.Ordinal) { "custom_metadata" };
            foreach (var entry in raw.EnumerateObject())
            {
                // Id, author, invocation id and time come in the header, whatever is here. A field of ADK's that is null is not there.
                var isKnown = EventFields.Event.TryGetValue(entry.Name, out var known);
                var name = isKnown ? known.Name : entry.Name;
                if (name is not ("custom_metadata" or "id" or "author" or "invocation_id" or "timestamp")
                    && !(isKnown && entry.Value.ValueKind == JsonValueKind.Null))
                {
                    entry.WriteTo(writer);
                    names.Add(name);
                }
            }

            foreach (var entry in fields.EnumerateObject().Where(entry => !names.Contains(entry.Name)))
            {
                entry.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Gives the raw event as it is to be answered: without <c>temp:</c> state, which nobody keeps.</summary>
    public static byte[] WithoutTemporaryState(JsonElement raw)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var entry in raw.EnumerateObject())
            {
                if (entry.NameEquals("actions"u8) && entry.Value.ValueKind == JsonValueKind.Object)
                {
                    writer.WriteStartObject("actions"u8);
                    TemporaryState.WriteActions(entry.Value, writer);
                    writer.WriteEndObject();
                }
                else
                {
                    entry.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
