using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runtime.SessionService.Wire;
using Runtime.Storage;
using SessionEvent = Google.Cloud.AIPlatform.V1Beta1.SessionEvent;

namespace Runtime.SessionService.Vertex;

/// <summary>Reads an event from the bytes of a <c>SessionEvent</c> message.</summary>
internal static class SentWire
{
    /// <summary>Reads the event; unknown fields are passed over, as every protobuf parser does.</summary>
    /// <exception cref="InvalidInputException">The bytes are no such message, or a required field is missing.</exception>
    public static SentEvent Read(ReadOnlySpan<byte> message)
    {
        try
        {
            // Whoever splits a message or writes a field twice asks the parser to join them. No client does, so this is not done for each.
            return TryRead(message, out var sent) || TryRead(SessionEvent.Parser.ParseFrom(message).ToByteArray(), out sent)
                ? sent!
                : throw new FormatException();
        }
        catch (Exception error) when (error is FormatException or InvalidProtocolBufferException)
        {
            throw new InvalidInputException(
                SentEvent.Path, came: null, $"one SessionEvent message in protobuf's binary format, nested at most {WireBuffer.MaxDepth} levels", error);
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> message, out SentEvent? sent)
    {
        sent = null;
        string author = "", invocationId = "";
        DateTimeOffset? time = null;
        var raw = new ArrayBufferWriter<byte>(1024);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            writer.WriteStartObject();
            var reader = new WireReader(message);
            var seen = 0u;
            while (reader.Next())
            {
                var field = EventTables.Event[reader.Number];
                if (field is null || field == EventTables.Name || reader.Type != MessageField.WireType(field.Kind))
                {
                    reader.Skip();
                    continue;
                }

                if ((seen & (1u << field.Number)) != 0)
                {
                    return false;
                }

                seen |= 1u << field.Number;
                if (field == EventTables.Author)
                {
                    author = Encoding.UTF8.GetString(reader.Text());
                }
                else if (field == EventTables.InvocationId)
                {
                    invocationId = Encoding.UTF8.GetString(reader.Text());
                }
                else if (field == EventTables.Timestamp)
                {
                    time = Time(reader.Delimited());
                }
                else if (field == EventTables.RawEvent)
                {
                    using var rawWriter = new Utf8JsonWriter(raw, SentEvent.WriterOptions);
                    WireStruct.Struct(reader.Delimited(), depth: 1, field, rawWriter);
                }
                else if (field == EventTables.Metadata)
                {
                    if (!WireFields.Members(reader.Delimited(), field.Message!, depth: 1, writer))
                    {
                        return false;
                    }
                }
                else if (!WireFields.Field(ref reader, field, depth: 0, writer))
                {
                    return false;
                }
            }

            writer.WriteEndObject();
        }

        sent = new(
            author.Length > 0 ? author : throw SentEvent.Missing("author"),
            invocationId.Length > 0 ? invocationId : throw SentEvent.Missing("invocation_id"),
            time ?? throw SentEvent.Missing("timestamp"),
            buffer.WrittenMemory,
            raw.WrittenMemory,
            "event.raw_event");
        return true;
    }

    private static DateTimeOffset Time(ReadOnlySpan<byte> message)
    {
        try
        {
            return Timestamp.Parser.ParseFrom(message).ToDateTimeOffset();
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidInputException(
                "event.timestamp", came: null, "a time from 0001-01-01 to 9999-12-31 with 0 to 999999999 nanoseconds", error);
        }
    }
}
