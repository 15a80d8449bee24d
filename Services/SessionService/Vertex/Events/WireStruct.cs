using System.Text.Json;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes JSON from the bytes of a <c>google.protobuf.Struct</c>.</summary>
internal static class WireStruct
{
    /// <summary>Writes the object.</summary>
    /// <param name="depth">How many messages the Struct is in.</param>
    /// <param name="field">What it is the value of, for an error.</param>
    public static void Struct(ReadOnlySpan<byte> message, int depth, MessageField field, Utf8JsonWriter writer)
    {
        WireFields.Descend(depth);
        writer.WriteStartObject();
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == 1 && reader.Type == 2)
            {
                Member(reader.Delimited(), depth + 1, field, writer);
            }
            else
            {
                reader.Skip();
            }
        }

        writer.WriteEndObject();
    }

    private static void Member(ReadOnlySpan<byte> entry, int depth, MessageField field, Utf8JsonWriter writer)
    {
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> value = default;
        var reader = new WireReader(entry);
        while (reader.Next())
        {
            switch (reader.Number, reader.Type)
            {
                case (1, 2):
                    name = reader.Text();
                    break;
                case (2, 2):
                    value = reader.Delimited();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        writer.WritePropertyName(name);
        Value(value, depth + 1, field, writer);
    }

    private static void Value(ReadOnlySpan<byte> message, int depth, MessageField field, Utf8JsonWriter writer)
    {
        WireFields.Descend(depth);
        var reader = new WireReader(message);
        var any = false;
        while (reader.Next())
        {
            if (any)
            {
                throw new InvalidInputException($"{SentEvent.Path}…{field.AdkName}", came: null, "one kind of value in each google.protobuf.Value");
            }

            any = true;
            switch (reader.Number, reader.Type)
            {
                case (1, 0):
                    reader.Skip();
                    writer.WriteNullValue();
                    break;
                case (2, 1):
                    var number = BitConverter.UInt64BitsToDouble(reader.Fixed64());
                    writer.WriteNumberValue(double.IsFinite(number)
                        ? number
                        : throw new InvalidInputException($"{SentEvent.Path}…{field.AdkName}", came: null, "finite numbers"));
                    break;
                case (3, 2):
                    writer.WriteStringValue(reader.Text());
                    break;
                case (4, 0):
                    writer.WriteBooleanValue(reader.Varint() != 0);
                    break;
                case (5, 2):
                    Struct(reader.Delimited(), depth + 1, field, writer);
                    break;
                case (6, 2):
                    List(reader.Delimited(), depth + 1, field, writer);
                    break;
                default:
                    reader.Skip();
                    any = false;
                    break;
            }
        }

        if (!any)
        {
            writer.WriteNullValue();
        }
    }

    private static void List(ReadOnlySpan<byte> message, int depth, MessageField field, Utf8JsonWriter writer)
    {
        WireFields.Descend(depth);
        writer.WriteStartArray();
        var reader = new WireReader(message);
        while (reader.Next())
        {
            if (reader.Number == 1 && reader.Type == 2)
            {
                Value(reader.Delimited(), depth + 1, field, writer);
            }
            else
            {
                reader.Skip();
            }
        }

        writer.WriteEndArray();
    }
}
