using System.Text.Json;


namespace Runtime.SessionService.Vertex;

/// <summary>What an event keeps under <see cref="Key"/> in its custom metadata: how to answer it as the client wrote it.</summary>
/// <remarks>
/// Only an event that came with a raw event has a note. <c>raw_event</c> is the word <c>rebuild</c> where the stored event, respelled, is the
/// raw event, with <c>timestamp</c> as the number that stood there; else it is the raw event itself. <c>fields</c> has those structured
/// fields, under ADK's names, that said something else than the raw event. The positions are in the stored JSON.
/// <code>{"raw_event":"rebuild","timestamp":1767225600123,"fields":{"content":{"role":"user"},"branch":null}}</code>
/// </remarks>
internal readonly ref struct EventNote
{
    public const string Key = "_vertex";
    public const string RawEvent = "raw_event";
    public const string Rebuild = "rebuild";
    public const string Timestamp = "timestamp";
    public const string Fields = "fields";

    private EventNote(bool rebuilds, Range raw, Range time)
    {
        Rebuilds = rebuilds;
        Raw = raw;
        Time = time;
    }

    public static ReadOnlySpan<byte> Utf8Key => "_vertex"u8;

    /// <summary>Gets whether the raw event is made from the stored one.</summary>
    public bool Rebuilds { get; }

    /// <summary>Gets where the raw event is, if it is kept.</summary>
    public Range Raw { get; }

    /// <summary>Gets where the raw event's time is; empty where it had none.</summary>
    public Range Time { get; }

    public bool IsPresent => Rebuilds || !Raw.Equals(default(Range));

    /// <summary>Finds the note in custom metadata, and puts the fields that it keeps in the place of the event's.</summary>
    /// <returns>No note where there is none that this service writes.</returns>
    public static EventNote Find(ReadOnlySpan<byte> json, Span<Range> fields)
    {
        var metadata = fields[StoredFields.CustomMetadata];
        if (json[metadata].IndexOf(Utf8Key) < 0)
        {
            return default;
        }

        var note = JsonSpans.Member(json, metadata, Utf8Key);
        if (!JsonSpans.IsObject(json, note))
        {
            return default;
        }

        Range raw = default, time = default, kept = default;
        var reader = JsonSpans.Reader(json[note]);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ref var place = ref time;
            switch (reader.ValueSpan)
            {
                case var name when name.SequenceEqual("raw_event"u8):
                    place = ref raw;
                    break;
                case var name when name.SequenceEqual("fields"u8):
                    place = ref kept;
                    break;
                case var name when name.SequenceEqual("timestamp"u8):
                    break;
                default:
                    reader.Skip();
                    continue;
            }

            place = JsonSpans.Value(ref reader, note.Start.Value);
        }

        var rebuilds = json[raw].SequenceEqual("\"rebuild\""u8);
        if (!rebuilds && !JsonSpans.IsObject(json, raw))
        {
            return default;
        }

        if (JsonSpans.IsObject(json, kept))
        {
            for (var i = 0; i < EventTables.InAdkEvent.Length; i++)
            {
                var value = JsonSpans.Member(json, kept, EventTables.InAdkEvent[i].AdkName.EncodedUtf8Bytes);
                fields[i] = value.Equals(default(Range)) ? fields[i] : value;
            }
        }

        return new(rebuilds, rebuilds ? default : raw, time);
    }
}
