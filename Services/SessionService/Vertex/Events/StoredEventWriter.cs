using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes a stored event as a <c>SessionEvent</c> of the Vertex API.</summary>
internal static class StoredEventWriter<TSink>
    where TSink : struct, IEventSink
{
    /// <summary>Writes the fields of the event into a message that the caller has begun.</summary>
    public static void Write(SessionEvent stored, ReadOnlySpan<byte> sessionName, ref TSink sink)
    {
        // Some databases keep any bytes, and a protobuf parser refuses the whole page for one string that is not UTF-8.
        var json = stored.Json.Span;
        json = Utf8.IsValid(json) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));

        Span<Range> fields = stackalloc Range[StoredFields.Count];
        fields.Clear();
        var extras = StoredFields.Find(json, fields);
        var note = EventNote.Find(json, fields);

        Head(stored, sessionName, ref sink);
        extras |= Own(json, fields, ref sink);
        sink.BeginIfAny(EventTables.Metadata);
        extras |= Metadata(json, fields, ref sink);
        sink.EndIfAny();
        Raw(json, stored, note, extras, fields, ref sink);
    }

    private static void Head(SessionEvent stored, ReadOnlySpan<byte> sessionName, ref TSink sink)
    {
        var between = "/events/"u8;
        Span<byte> text = stackalloc byte[512];
        var size = sessionName.Length + between.Length + Encoding.UTF8.GetMaxByteCount(Math.Max(stored.Id.Length, stored.InvocationId.Length));
        if (size > text.Length)
        {
            text = new byte[size];
        }

        sessionName.CopyTo(text);
        between.CopyTo(text[sessionName.Length..]);
        var start = sessionName.Length + between.Length;
        sink.Text(EventTables.Name, text[..(start + Encoding.UTF8.GetBytes(stored.Id, text[start..]))]);
        Text(EventTables.Author, stored.Author, text, ref sink);
        Text(EventTables.InvocationId, stored.InvocationId, text, ref sink);
        sink.Timestamp(EventTables.Timestamp, stored.Timestamp);

        static void Text(MessageField field, string value, Span<byte> room, ref TSink sink)
        {
            if (value.Length > 0)
            {
                var wide = Encoding.UTF8.GetMaxByteCount(value.Length) > room.Length ? new byte[Encoding.UTF8.GetMaxByteCount(value.Length)] : room;
                sink.Text(field, wide[..Encoding.UTF8.GetBytes(value, wide)]);
            }
        }
    }

    private static AdkExtras Own(ReadOnlySpan<byte> json, ReadOnlySpan<Range> fields, ref TSink sink)
    {
        var extras = AdkExtras.None;
        for (var i = 0; i < EventTables.OwnFields; i++)
        {
            var value = json[fields[i]];
            if (value.IsEmpty)
            {
                continue;
            }

            var reader = JsonSpans.Reader(value);
            reader.Read();
            if (i == StoredFields.Actions && reader.TokenType == JsonTokenType.StartObject)
            {
                sink.BeginIfAny(EventTables.Actions);
                extras |= Actions(value, ref reader, ref sink);
                sink.EndIfAny();
            }
            else if (!FieldWriter<TSink>.Field(value, ref reader, EventTables.InAdkEvent[i], ref sink))
            {
                extras |= AdkExtras.Other;
            }
        }

        return extras;
    }

    private static AdkExtras Actions(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, ref TSink sink)
    {
        var extras = AdkExtras.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = EventTables.Actions.Message!.ByAdkName(reader.ValueSpan);
            if (field is null)
            {
                var says = StoredFields.InActions(reader.ValueSpan);
                reader.Read();
                extras |= FieldWriter<TSink>.IsNothing(ref reader) ? AdkExtras.None : says;
                continue;
            }

            reader.Read();
            if (field.Kind == FieldKind.Struct && IsEmpty(reader))
            {
                // Every ADK writes these maps, and nobody means anything by an empty one.
                reader.Skip();
            }
            else if (!FieldWriter<TSink>.Field(json, ref reader, field, ref sink))
            {
                extras |= AdkExtras.Other;
            }
        }

        return extras;
    }

    private static bool IsEmpty(Utf8JsonReader value) =>
        value.TokenType == JsonTokenType.StartObject && value.Read() && value.TokenType == JsonTokenType.EndObject;

    private static AdkExtras Metadata(ReadOnlySpan<byte> json, ReadOnlySpan<Range> fields, ref TSink sink)
    {
        var extras = AdkExtras.None;
        for (var i = EventTables.OwnFields; i < fields.Length; i++)
        {
            var value = json[fields[i]];
            if (value.IsEmpty)
            {
                continue;
            }

            var field = EventTables.InAdkEvent[i];
            var reader = JsonSpans.Reader(value);
            reader.Read();
            var whole = i == StoredFields.CustomMetadata && reader.TokenType == JsonTokenType.StartObject
                ? StructWriter<TSink>.CustomMetadata(value, ref reader, field, CustomMetadataKeys.Service, ref sink)
                : FieldWriter<TSink>.Field(value, ref reader, field, ref sink);
            extras |= whole ? AdkExtras.None : AdkExtras.Other;
        }

        return extras;
    }

    private static void Raw(ReadOnlySpan<byte> json, SessionEvent stored, EventNote note, AdkExtras extras, ReadOnlySpan<Range> fields, ref TSink sink)
    {
        if (note.IsPresent && !note.Rebuilds)
        {
            var raw = json[note.Raw];
            var reader = JsonSpans.Reader(raw);
            reader.Read();
            StructWriter<TSink>.Verbatim(raw, ref reader, EventTables.RawEvent, ref sink);
        }
        else if (note.Rebuilds)
        {
            RawEventWriter<TSink>.Write(json, json[note.Time], ref sink);
        }
        else if (extras != AdkExtras.None && (extras & ~ClientMetadata.In(json, fields[StoredFields.CustomMetadata])) != AdkExtras.None)
        {
            Span<byte> time = stackalloc byte[32];
            (stored.Timestamp.Subtract(DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerMillisecond)
                .TryFormat(time, out var length, "0.######", CultureInfo.InvariantCulture);
            RawEventWriter<TSink>.Write(json, time[..length], ref sink);
        }
    }
}
