using System.Buffers;
using System.Text.Json;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>An ADK event made of structured fields alone.</summary>
/// <remarks>
/// ADK's Vertex clients put into custom metadata what the API has no field for. It stays there, since that is where they look for it; and is
/// also written where ADK's other session services look for it in the same database.
/// </remarks>
internal static class FieldsEvent
{
    private static readonly string[] _workflowOfEvent = ["output", "route", "nodeInfo", "isolationScope"];
    private static readonly string[] _workflowOfActions = ["agentState", "endOfAgent"];
    private static readonly string[] _javaScriptCompaction = ["startTime", "endTime", "compactedContent"];

    public static ReadOnlyMemory<byte> Complete(JsonElement fields)
    {
        var metadata = fields.TryGetProperty("custom_metadata", out var custom) ? custom : default;
        var actions = fields.TryGetProperty("actions", out var given) ? given : default;

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var entry in fields.EnumerateObject())
            {
                if (entry.NameEquals("custom_metadata"u8))
                {
                    writer.WritePropertyName("custom_metadata"u8);
                    CustomMetadata(entry.Value, writer);
                }
                else if (!entry.NameEquals("actions"u8))
                {
                    entry.WriteTo(writer);
                }
            }

            Actions(actions, metadata, writer);
            if (Kept(metadata, ClientMetadata.Usage) is { } usage)
            {
                writer.WritePropertyName("usage_metadata"u8);
                usage.WriteTo(writer);
            }

            Compaction(metadata, writer);
            Workflow(metadata, _workflowOfEvent, writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Writes custom metadata without the service's own key, which clients cannot set.</summary>
    private static void CustomMetadata(JsonElement metadata, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var entry in metadata.EnumerateObject().Where(entry => !entry.NameEquals(EventNote.Utf8Key)))
        {
            entry.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static void Actions(JsonElement actions, JsonElement metadata, Utf8JsonWriter writer)
    {
        var given = actions.ValueKind == JsonValueKind.Object ? actions.EnumerateObject().ToArray() : [];
        writer.WriteStartObject("actions"u8);
        foreach (var entry in given)
        {
            entry.WriteTo(writer);
        }

        // Readers of ADK's own take these maps for granted.
        foreach (var name in EventFields.AlwaysInActions.Where(name => !Has(name)))
        {
            writer.WriteStartObject(name);
            writer.WriteEndObject();
        }

        if (PythonCompaction(metadata) is { } compaction && !Has("compaction"))
        {
            writer.WritePropertyName("compaction"u8);
            compaction.WriteTo(writer);
        }

        Workflow(metadata, _workflowOfActions.Where(name => !Has(EventFields.ToSnakeCase(name))), writer);
        writer.WriteEndObject();

        bool Has(string name) => given.Any(entry => EventFields.ToSnakeCase(entry.Name) == name && entry.Value.ValueKind != JsonValueKind.Null);
    }

    private static void Compaction(JsonElement metadata, Utf8JsonWriter writer)
    {
        if (Kept(metadata, ClientMetadata.Compaction) is not { } compaction || PythonCompaction(metadata) is not null)
        {
            return;
        }

        writer.WriteBoolean("is_compacted"u8, true);
        foreach (var name in _javaScriptCompaction)
        {
            if (compaction.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(EventFields.ToSnakeCase(name));
                value.WriteTo(writer);
            }
        }
    }

    private static void Workflow(JsonElement metadata, IEnumerable<string> names, Utf8JsonWriter writer)
    {
        if (Kept(metadata, ClientMetadata.Workflow) is not { } workflow)
        {
            return;
        }

        foreach (var name in names)
        {
            if (workflow.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(EventFields.ToSnakeCase(name));
                value.WriteTo(writer);
            }
        }
    }

    /// <summary>What ADK Python keeps in an event's actions; ADK JS has other names, on the event itself.</summary>
    private static JsonElement? PythonCompaction(JsonElement metadata) =>
        Kept(metadata, ClientMetadata.Compaction) is { } compaction
            && (compaction.TryGetProperty("start_timestamp", out _) || compaction.TryGetProperty("startTimestamp", out _))
            ? compaction
            : null;

    private static JsonElement? Kept(JsonElement metadata, string key) =>
        metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(key, out var kept) && kept.ValueKind == JsonValueKind.Object ? kept : null;
}
