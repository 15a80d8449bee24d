using System.Buffers;
using System.Text.Json;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>Adds to an event made of a raw event the note that it is answered by.</summary>
internal static class EventNoteMaker
{
    /// <summary>Adds the custom metadata with the note in it: first the short note, then whatever the answer by it would get wrong.</summary>
    /// <param name="prepared">The event without custom metadata.</param>
    public static PreparedEvent Add(PreparedEvent prepared, SentEvent sent, JsonElement fields, JsonElement raw)
    {
        var metadata = fields.TryGetProperty("custom_metadata", out var structured) ? structured : MetadataOf(raw);
        var noted = With(prepared, metadata, raw, wholeRaw: default, fields, differing: []);

        using var answer = JsonDocument.Parse(Answer(noted, noted.Json), SentEvent.ReaderOptions);
        var said = sent.Fields.Span.IndexOf(EventNote.Utf8Key) < 0 ? sent.Fields : FieldsEvent.Complete(fields);
        using var expected = JsonDocument.Parse(Answer(noted, said), SentEvent.ReaderOptions);
        var differing = EventTables.InAdkEvent.Where(field => !Same(Find(answer.RootElement, field), Find(expected.RootElement, field))).ToArray();

        var kept = HasTemporaryState(sent.Raw.Span) ? RawEvent.WithoutTemporaryState(raw) : sent.Raw;
        using var wanted = JsonDocument.Parse(kept, SentEvent.ReaderOptions);
        var isRebuilt = answer.RootElement.TryGetProperty("rawEvent", out var rebuilt) && JsonElement.DeepEquals(rebuilt, wanted.RootElement);
        return isRebuilt && differing.Length == 0
            ? noted
            : With(prepared, metadata, raw, isRebuilt ? default : kept, fields, differing);
    }

    private static JsonElement MetadataOf(JsonElement raw) =>
        raw.TryGetProperty("customMetadata", out var camel) ? camel : raw.TryGetProperty("custom_metadata", out var snake) ? snake : default;

    private static bool HasTemporaryState(ReadOnlySpan<byte> raw) => raw.IndexOf("temp:"u8) >= 0 || raw.IndexOf((byte)'\\') >= 0;

    private static ReadOnlyMemory<byte> Answer(PreparedEvent prepared, ReadOnlyMemory<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            VertexEvents.WriteJson(
                writer, new(prepared.Id, prepared.InvocationId, prepared.Author, prepared.Timestamp, Revision: 0, json, default), sessionName: "");
        }

        return buffer.WrittenMemory;
    }

    private static JsonElement? Find(JsonElement answer, MessageField field)
    {
        var isOwn = EventTables.InAdkEvent.AsSpan(0, EventTables.OwnFields).Contains(field);
        return (isOwn || answer.TryGetProperty("eventMetadata", out answer)) && answer.TryGetProperty(field.JsonName.EncodedUtf8Bytes, out var found)
            ? found
            : null;
    }

    private static bool Same(JsonElement? left, JsonElement? right) =>
        left is { } one && right is { } other ? JsonElement.DeepEquals(one, other) : left is null && right is null;

    private static PreparedEvent With(
        PreparedEvent prepared, JsonElement metadata, JsonElement raw, ReadOnlyMemory<byte> wholeRaw, JsonElement fields, MessageField[] differing)
    {
        var buffer = new ArrayBufferWriter<byte>(prepared.Json.Length + wholeRaw.Length + 512);
        buffer.Write(prepared.Json.Span[..^1]);
        buffer.Write(",\"custom_metadata\":"u8);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            writer.WriteStartObject();
            if (metadata.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in metadata.EnumerateObject().Where(entry => !entry.NameEquals(EventNote.Utf8Key)))
                {
                    entry.WriteTo(writer);
                }
            }

            writer.WriteStartObject(EventNote.Utf8Key);
            Note(raw, wholeRaw, fields, differing, writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        buffer.Write("}"u8);
        return new()
        {
            Id = prepared.Id,
            InvocationId = prepared.InvocationId,
            Author = prepared.Author,
            Timestamp = prepared.Timestamp,
            TimestampAssigned = prepared.TimestampAssigned,
            Partial = prepared.Partial,
            Delta = prepared.Delta,
            Json = buffer.WrittenMemory,
            TimeInJson = prepared.TimeInJson,
        };
    }

    private static void Note(JsonElement raw, ReadOnlyMemory<byte> wholeRaw, JsonElement fields, MessageField[] differing, Utf8JsonWriter writer)
    {
        writer.WritePropertyName(EventNote.RawEvent);
        if (!wholeRaw.IsEmpty)
        {
            writer.WriteRawValue(wholeRaw.Span, skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(EventNote.Rebuild);
            if (raw.TryGetProperty(EventNote.Timestamp, out var time) && time.ValueKind == JsonValueKind.Number)
            {
                writer.WritePropertyName(EventNote.Timestamp);
                time.WriteTo(writer);
            }
        }

        if (differing.Length == 0)
        {
            return;
        }

        writer.WriteStartObject(EventNote.Fields);
        foreach (var field in differing)
        {
            writer.WritePropertyName(field.AdkName);
            if (!fields.TryGetProperty(field.AdkName.EncodedUtf8Bytes, out var value))
            {
                writer.WriteNullValue();
            }
            else if (field == EventTables.Actions)
            {
                writer.WriteStartObject();
                TemporaryState.WriteActions(value, writer);
                writer.WriteEndObject();
            }
            else
            {
                value.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}
