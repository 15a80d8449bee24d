using System.Text.Json;
using Runtime.SessionService.Wire;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes a stored event as ADK's programs have it in memory: camelCase, and without what only its storage needs.</summary>
internal static class RawEventWriter<TSink>
    where TSink : struct, IEventSink
{
    /// <summary>Writes the raw event, unless it nests too deep for parsers of the wire.</summary>
    /// <param name="time">The number to give as the time; empty for none.</param>
    public static void Write(ReadOnlySpan<byte> json, ReadOnlySpan<byte> time, ref TSink sink)
    {
        var position = sink.Position;
        sink.BeginStruct(EventTables.RawEvent);
        var reader = JsonSpans.Reader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueSpan.SequenceEqual("timestamp"u8))
            {
                reader.Skip();
            }
            else if (reader.ValueSpan.SequenceEqual("custom_metadata"u8))
            {
                reader.Read();
                CustomMetadata(json, ref reader, ref sink);
            }
            else
            {
                Member(json, ref reader, AdkSpelling.Event, ref sink);
            }
        }

        if (!time.IsEmpty)
        {
            var number = JsonSpans.Reader(time);
            number.Read();
            sink.BeginMember("timestamp"u8);
            sink.Value(time, ref number);
            sink.EndMember();
        }

        sink.EndStruct();
        sink.TakeBackIfTooDeep(position);
    }

    private static void CustomMetadata(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, ref TSink sink)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            sink.BeginMember("customMetadata"u8);
            sink.Value(json, ref reader);
            sink.EndMember();
            return;
        }

        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (CustomMetadataKeys.ServiceAndClients.LeavesOut(ref reader))
            {
                reader.Skip();
                continue;
            }

            if (!any)
            {
                sink.BeginMember("customMetadata"u8);
                sink.BeginObject();
                any = true;
            }

            sink.BeginMember(JsonText.Utf8(ref reader));
            reader.Read();
            sink.Value(json, ref reader);
            sink.EndMember();
        }

        if (any)
        {
            sink.EndObject();
            sink.EndMember();
        }
    }

    private static void Member(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, NameTable<AdkSpelling> table, ref TSink sink)
    {
        var known = table.Find(reader.ValueSpan);
        sink.BeginMember(known is null ? JsonText.Utf8(ref reader) : known.CamelCase);
        reader.Read();
        switch (known?.Inside)
        {
            case EventFields.Inside.ModelApi:
                ModelApi(json, ref reader, ref sink);
                break;
            case EventFields.Inside.Actions when reader.TokenType == JsonTokenType.StartObject:
                sink.BeginObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    Member(json, ref reader, AdkSpelling.Actions, ref sink);
                }

                sink.EndObject();
                break;
            default:
                sink.Value(json, ref reader);
                break;
        }

        sink.EndMember();
    }

    private static void ModelApi(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, ref TSink sink)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                sink.BeginObject();
                Span<byte> camelCase = stackalloc byte[AdkSpelling.LongestName];
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = JsonText.Utf8(ref reader);
                    var agentsOwn = AdkSpelling.IsAgentsOwn(name);
                    sink.BeginMember(AdkSpelling.ToCamelCase(name, camelCase));
                    reader.Read();
                    if (agentsOwn)
                    {
                        sink.Value(json, ref reader);
                    }
                    else
                    {
                        ModelApi(json, ref reader, ref sink);
                    }

                    sink.EndMember();
                }

                sink.EndObject();
                break;
            case JsonTokenType.StartArray:
                sink.BeginArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    sink.BeginItem();
                    ModelApi(json, ref reader, ref sink);
                    sink.EndItem();
                }

                sink.EndArray();
                break;
            default:
                sink.Value(json, ref reader);
                break;
        }
    }
}
