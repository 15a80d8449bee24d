using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Runtime.SessionService.Wire;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes ADK's JSON from the bytes of a message's fields.</summary>
internal static class WireFields
{
    /// <summary>Writes the fields of a message as members of the object that the writer is in.</summary>
    /// <returns>Whether each field came in one piece; if not, a parser has to join the pieces first.</returns>
    public static bool Members(ReadOnlySpan<byte> message, MessageFields fields, int depth, Utf8JsonWriter writer)
    {
        Descend(depth);
        var reader = new WireReader(message);
        var seen = 0u;
        MessageField? list = null;
        while (reader.Next())
        {
            var field = fields[reader.Number];
            var isPacked = field is { IsPacked: true } && reader.Type == 2;
            if (field is null || (reader.Type != MessageField.WireType(field.Kind) && !isPacked))
            {
                reader.Skip();
                continue;
            }

            if (list is not null && list != field)
            {
                End(list, writer);
                list = null;
            }

            if (list is null && (seen & (field.OneOfFields | (1u << field.Number))) != 0)
            {
                return false;
            }

            seen |= 1u << field.Number;
            if (!field.Repeated && field.Kind != FieldKind.Int32Map)
            {
                if (!Field(ref reader, field, depth, writer))
                {
                    return false;
                }

                continue;
            }

            if (list is null)
            {
                list = field;
                Begin(field, writer);
            }

            if (isPacked)
            {
                Packed(reader.Delimited(), field, writer);
            }
            else if (field.Kind == FieldKind.Int32Map)
            {
                MapEntry(reader.Delimited(), writer);
            }
            else if (!Value(ref reader, field, depth, writer))
            {
                return false;
            }
        }

        if (list is not null)
        {
            End(list, writer);
        }

        return true;
    }

    /// <summary>Writes the one field that the reader stands on.</summary>
    public static bool Field(ref WireReader reader, MessageField field, int depth, Utf8JsonWriter writer)
    {
        if (!field.HasPresence && field.Kind is not (FieldKind.Message or FieldKind.Struct or FieldKind.Duration))
        {
            var ahead = reader;
            if (IsDefault(ref ahead))
            {
                reader.Skip();
                return true;
            }
        }

        writer.WritePropertyName(field.AdkName);
        return Value(ref reader, field, depth, writer);
    }

    /// <summary>Refuses what every parser of the wire refuses.</summary>
    public static void Descend(int depth)
    {
        if (depth > WireBuffer.MaxDepth)
        {
            throw new FormatException();
        }
    }

    private static bool Value(ref WireReader reader, MessageField field, int depth, Utf8JsonWriter writer)
    {
        switch (field.Kind)
        {
            case FieldKind.Text:
                writer.WriteStringValue(reader.Text());
                return true;
            case FieldKind.Bytes:
                writer.WriteBase64StringValue(reader.Delimited());
                return true;
            case FieldKind.Bool:
                writer.WriteBooleanValue(reader.Varint() != 0);
                return true;
            case FieldKind.Int32:
                writer.WriteNumberValue((int)reader.Varint());
                return true;
            case FieldKind.Enum:
                var number = (int)reader.Varint();
                if (field.ValueNames!.TryGetValue(number, out var name))
                {
                    writer.WriteStringValue(name);
                }
                else
                {
                    writer.WriteNumberValue(number);
                }

                return true;
            case FieldKind.Null:
                reader.Skip();
                writer.WriteStringValue("NULL_VALUE"u8);
                return true;
            case FieldKind.Double:
                Double(BitConverter.UInt64BitsToDouble(reader.Fixed64()), writer);
                return true;
            case FieldKind.Float:
                Float(BitConverter.UInt32BitsToSingle(reader.Fixed32()), writer);
                return true;
            case FieldKind.Duration:
                var duration = Duration.Parser.ParseFrom(reader.Delimited());
                writer.WriteStringValue(JsonText.IsDuration(duration.Seconds, duration.Nanos)
                    ? JsonText.Duration(duration.Seconds, duration.Nanos)
                    : throw new InvalidInputException(
                        $"{SentEvent.Path}…{field.AdkName}", came: null, "a duration of at most 10000 years, seconds and nanoseconds of one sign"));
                return true;
            case FieldKind.Struct:
                WireStruct.Struct(reader.Delimited(), depth + 1, field, writer);
                return true;
            default:
                writer.WriteStartObject();
                var whole = Members(reader.Delimited(), field.Message!, depth + 1, writer);
                if (whole)
                {
                    writer.WriteEndObject();
                }

                return whole;
        }
    }

    private static void Begin(MessageField field, Utf8JsonWriter writer)
    {
        if (field.Kind == FieldKind.Int32Map)
        {
            writer.WriteStartObject(field.AdkName);
        }
        else
        {
            writer.WriteStartArray(field.AdkName);
        }
    }

    private static void End(MessageField field, Utf8JsonWriter writer)
    {
        if (field.Kind == FieldKind.Int32Map)
        {
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteEndArray();
        }
    }

    private static void Packed(ReadOnlySpan<byte> values, MessageField field, Utf8JsonWriter writer)
    {
        var reader = new WireReader(values);
        while (!reader.AtEnd)
        {
            if (field.Kind == FieldKind.Float)
            {
                Float(BitConverter.UInt32BitsToSingle(reader.Fixed32()), writer);
            }
            else
            {
                writer.WriteNumberValue((int)reader.Varint());
            }
        }
    }

    private static void MapEntry(ReadOnlySpan<byte> entry, Utf8JsonWriter writer)
    {
        var reader = new WireReader(entry);
        ReadOnlySpan<byte> key = default;
        var value = 0;
        while (reader.Next())
        {
            switch (reader.Number, reader.Type)
            {
                case (1, 2):
                    key = reader.Text();
                    break;
                case (2, 0):
                    value = (int)reader.Varint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        writer.WriteNumber(key, value);
    }

    private static bool IsDefault(ref WireReader reader) => reader.Type switch
    {
        0 => reader.Varint() == 0,
        1 => reader.Fixed64() == 0,
        5 => reader.Fixed32() == 0,
        _ => reader.Delimited().IsEmpty,
    };

    private static void Double(double value, Utf8JsonWriter writer)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(JsonText.NotFinite(value));
        }
    }

    private static void Float(float value, Utf8JsonWriter writer)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(JsonText.NotFinite(value));
        }
    }
}
