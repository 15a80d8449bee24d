using System.Text.Json;
using Runtime.SessionService.Wire;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes the fields of a message from ADK's JSON of it. Each call moves the reader over one value.</summary>
/// <remarks>
/// A stored row may have been written by anybody: what does not fit its field is left out, never an error. Each method answers whether all
/// that is in the JSON was written; if not, the event's raw event has the rest.
/// </remarks>
internal static class FieldWriter<TSink>
    where TSink : struct, IEventSink
{
    /// <summary>Writes a field from the value that the reader stands on.</summary>
    public static bool Field(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, MessageField field, ref TSink sink)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (!field.Repeated)
        {
            return One(json, ref reader, field, ref sink);
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        var whole = true;
        var any = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!any)
            {
                sink.BeginList(field);
                any = true;
            }

            whole &= reader.TokenType != JsonTokenType.Null && One(json, ref reader, field, ref sink);
        }

        if (any)
        {
            sink.EndList(field);
        }

        return whole;
    }

    /// <summary>Writes the members of the object that the reader stands on.</summary>
    public static bool Members(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, MessageFields fields, ref TSink sink)
    {
        var whole = true;
        var chosen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = fields.ByAdkName(reader.ValueSpan);
            reader.Read();
            if (field is null || (field.OneOf & chosen) != 0)
            {
                whole &= IsNothing(ref reader);
                continue;
            }

            if (reader.TokenType != JsonTokenType.Null)
            {
                chosen |= field.OneOf;
                whole &= Field(json, ref reader, field, ref sink);
            }
        }

        return whole;
    }

    /// <summary>Skips the value that the reader stands on, and tells whether it says nothing: null, or an object without members.</summary>
    public static bool IsNothing(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return reader.TokenType == JsonTokenType.Null;
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return true;
        }

        while (reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Skip();
            reader.Read();
        }

        return false;
    }

    private static bool One(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, MessageField field, ref TSink sink)
    {
        var shown = field.HasPresence || field.Repeated;
        switch (field.Kind, reader.TokenType)
        {
            case (FieldKind.Text, JsonTokenType.String):
                if (shown || reader.ValueSpan.Length > 0)
                {
                    sink.Text(field, ref reader);
                }

                return true;
            case (FieldKind.Bool, JsonTokenType.True):
                sink.Bool(field, true);
                return true;
            case (FieldKind.Bool, JsonTokenType.False):
                if (shown)
                {
                    sink.Bool(field, false);
                }

                return true;
            case (FieldKind.Message, JsonTokenType.StartObject):
                sink.Begin(field);
                var whole = Members(json, ref reader, field.Message!, ref sink);
                sink.End();
                return whole;
            case (FieldKind.Struct, JsonTokenType.StartObject):
                return StructWriter<TSink>.Verbatim(json, ref reader, field, ref sink);
            case (FieldKind.Int32Map, JsonTokenType.StartObject):
                return Map(ref reader, field, ref sink);
            case (FieldKind.Null, JsonTokenType.String) when reader.ValueTextEquals("NULL_VALUE"u8):
                sink.Null(field);
                return true;
            case (FieldKind.Int32 or FieldKind.Double or FieldKind.Float or FieldKind.Enum, JsonTokenType.Number):
                return Number(ref reader, field, shown, ref sink);
            case (FieldKind.Bytes or FieldKind.Enum or FieldKind.Duration or FieldKind.Double or FieldKind.Float, JsonTokenType.String):
                return Spelled(JsonText.Utf8(ref reader), field, shown, ref sink);
            default:
                reader.Skip();
                return false;
        }
    }

    private static bool Number(ref Utf8JsonReader reader, MessageField field, bool shown, ref TSink sink)
    {
        switch (field.Kind)
        {
            case FieldKind.Double when reader.GetDouble() is var number && double.IsFinite(number):
                if (shown || number != 0)
                {
                    sink.Double(field, number);
                }

                return true;
            case FieldKind.Float when reader.GetSingle() is var number && float.IsFinite(number):
                if (shown || number != 0)
                {
                    sink.Float(field, number);
                }

                return true;
            case FieldKind.Int32 when TryInt32(ref reader, out var number):
                if (shown || number != 0)
                {
                    sink.Int32(field, number);
                }

                return true;
            case FieldKind.Enum when TryInt32(ref reader, out var number):
                if (shown || number != 0)
                {
                    sink.Enum(field, number);
                }

                return true;
            default:
                return false;
        }
    }

    private static bool Spelled(ReadOnlySpan<byte> text, MessageField field, bool shown, ref TSink sink)
    {
        switch (field.Kind)
        {
            case FieldKind.Bytes when JsonText.Base64(text) is { } bytes:
                if (shown || bytes.Length > 0)
                {
                    sink.Bytes(field, bytes);
                }

                return true;
            case FieldKind.Enum when field.Values!.Find(text) is { } value:
                if (shown || value.Number != 0)
                {
                    sink.Enum(field, value.Number);
                }

                return true;
            case FieldKind.Duration when JsonText.TryDuration(text, out var seconds, out var nanos):
                sink.Duration(field, seconds, nanos);
                return true;
            case FieldKind.Double when NotFinite(text) is { } number:
                sink.Double(field, number);
                return true;
            case FieldKind.Float when NotFinite(text) is { } number:
                sink.Float(field, (float)number);
                return true;
            default:
                return false;
        }
    }

    private static bool Map(ref Utf8JsonReader reader, MessageField field, ref TSink sink)
    {
        var whole = true;
        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = JsonText.Utf8(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !TryInt32(ref reader, out var value))
            {
                reader.Skip();
                whole = false;
                continue;
            }

            if (!any)
            {
                sink.BeginMap(field);
                any = true;
            }

            sink.MapEntry(field, key, value);
        }

        if (any)
        {
            sink.EndMap();
        }

        return whole;
    }

    /// <summary>Reads a whole number that may be spelled with a fraction, as languages with one number type do: <c>3.0</c>, <c>1e3</c>.</summary>
    private static bool TryInt32(ref Utf8JsonReader reader, out int value)
    {
        if (reader.TryGetInt32(out value))
        {
            return true;
        }

        var number = reader.GetDouble();
        value = number is >= int.MinValue and <= int.MaxValue ? (int)number : 0;
        return value == number;
    }

    private static double? NotFinite(ReadOnlySpan<byte> text) => text switch
    {
        _ when text.SequenceEqual("NaN"u8) => double.NaN,
        _ when text.SequenceEqual("Infinity"u8) => double.PositiveInfinity,
        _ when text.SequenceEqual("-Infinity"u8) => double.NegativeInfinity,
        _ => null,
    };
}
