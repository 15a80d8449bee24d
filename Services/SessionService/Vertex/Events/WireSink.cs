using System.Text.Json;
using Runtime.SessionService.Wire;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes an event in protobuf's binary format.</summary>
internal readonly struct WireSink(WireBuffer buffer) : IEventSink
{
    private const uint First = (1 << 3) | 2;
    private const uint Second = (2 << 3) | 2;

    // google.protobuf.Value
    private const uint NullValue = 1 << 3;
    private const uint NumberValue = (2 << 3) | 1;
    private const uint StringValue = (3 << 3) | 2;
    private const uint BoolValue = 4 << 3;
    private const uint StructValue = (5 << 3) | 2;
    private const uint ListValue = (6 << 3) | 2;

    public int Position => buffer.Length;

    public void Begin(MessageField field) => buffer.Begin(field.Tag);

    public void End() => buffer.End();

    public void BeginIfAny(MessageField field) => buffer.Begin(field.Tag);

    public void EndIfAny() => buffer.EndUnlessEmpty();

    public void BeginList(MessageField field)
    {
        if (field.IsPacked)
        {
            buffer.Begin(field.Tag);
        }
    }

    public void EndList(MessageField field)
    {
        if (field.IsPacked)
        {
            buffer.End();
        }
    }

    public void Text(MessageField field, ReadOnlySpan<byte> utf8) => buffer.Delimited(field.Tag, utf8);

    public void Text(MessageField field, scoped ref Utf8JsonReader reader) => buffer.Text(field.Tag, ref reader);

    public void Bytes(MessageField field, ReadOnlySpan<byte> value) => buffer.Delimited(field.Tag, value);

    public void Bool(MessageField field, bool value) => Integer(field, value ? 1 : 0);

    public void Int32(MessageField field, int value) => Integer(field, value);

    public void Enum(MessageField field, int value) => Integer(field, value);

    public void Null(MessageField field) => Integer(field, 0);

    public void Double(MessageField field, double value)
    {
        buffer.Varint(field.Tag);
        buffer.Fixed64(BitConverter.DoubleToUInt64Bits(value));
    }

    public void Float(MessageField field, float value)
    {
        if (!field.IsPacked)
        {
            buffer.Varint(field.Tag);
        }

        buffer.Fixed32(BitConverter.SingleToUInt32Bits(value));
    }

    public void Duration(MessageField field, long seconds, int nanos)
    {
        buffer.Begin(field.Tag);
        SecondsAndNanos(seconds, nanos);
        buffer.End();
    }

    public void Timestamp(MessageField field, DateTimeOffset value)
    {
        var ticks = value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        buffer.Begin(field.Tag);
        SecondsAndNanos(rest < 0 ? seconds - 1 : seconds, (int)(rest < 0 ? rest + TimeSpan.TicksPerSecond : rest) * 100);
        buffer.End();
    }

    public void BeginMap(MessageField field)
    {
    }

    public void MapEntry(MessageField field, ReadOnlySpan<byte> key, int value)
    {
        buffer.Begin(field.Tag);
        buffer.Delimited(First, key);
        buffer.Varint(2 << 3);
        buffer.Varint((ulong)value);
        buffer.End();
    }

    public void EndMap()
    {
    }

    public void BeginStruct(MessageField field) => buffer.Begin(field.Tag);

    public void EndStruct() => buffer.End();

    public void BeginMember(ReadOnlySpan<byte> name)
    {
        buffer.Begin(First);
        buffer.Delimited(First, name);
        buffer.Begin(Second);
    }

    public void EndMember()
    {
        buffer.End();
        buffer.End();
    }

    public void BeginObject() => buffer.Begin(StructValue);

    public void EndObject() => buffer.End();

    public void BeginArray() => buffer.Begin(ListValue);

    public void EndArray() => buffer.End();

    public void BeginItem() => buffer.Begin(First);

    public void EndItem() => buffer.End();

    public void Value(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                BeginObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    BeginMember(JsonText.Utf8(ref reader));
                    reader.Read();
                    Value(json, ref reader);
                    EndMember();
                }

                EndObject();
                break;
            case JsonTokenType.StartArray:
                BeginArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    BeginItem();
                    Value(json, ref reader);
                    EndItem();
                }

                EndArray();
                break;
            case JsonTokenType.String:
                buffer.Text(StringValue, ref reader);
                break;
            case JsonTokenType.Number:
                buffer.Varint(NumberValue);
                // What is beyond a double has no place in a Struct, and readers refuse infinity there.
                buffer.Fixed64(BitConverter.DoubleToUInt64Bits(Math.Clamp(reader.GetDouble(), double.MinValue, double.MaxValue)));
                break;
            case JsonTokenType.True or JsonTokenType.False:
                buffer.Varint(BoolValue);
                buffer.Varint(reader.TokenType == JsonTokenType.True ? 1u : 0u);
                break;
            default:
                buffer.Varint(NullValue);
                buffer.Varint(0);
                break;
        }
    }

    public bool TakeBackIfTooDeep(int position)
    {
        if (!buffer.TooDeep)
        {
            return false;
        }

        buffer.Length = position;
        buffer.TooDeep = false;
        buffer.LeftOut = true;
        return true;
    }

    private void Integer(MessageField field, int value)
    {
        if (!field.IsPacked)
        {
            buffer.Varint(field.Tag);
        }

        // Negative numbers are ten bytes long: they are written as 64 bits.
        buffer.Varint((ulong)(long)value);
    }

    private void SecondsAndNanos(long seconds, int nanos)
    {
        if (seconds != 0)
        {
            buffer.Varint(1 << 3);
            buffer.Varint((ulong)seconds);
        }

        if (nanos != 0)
        {
            buffer.Varint(2 << 3);
            buffer.Varint((ulong)(long)nanos);
        }
    }
}
