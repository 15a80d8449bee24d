using System.Globalization;
using System.Text.Json;
using Runtime.SessionService.Wire;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes an event in proto3 JSON.</summary>
internal struct JsonSink(Utf8JsonWriter writer) : IEventSink
{
    private MessageField? _ifAny;
    private bool _began;

    public readonly int Position => 0;

    public void Begin(MessageField field)
    {
        Name(field);
        writer.WriteStartObject();
    }

    public readonly void End() => writer.WriteEndObject();

    public void BeginIfAny(MessageField field)
    {
        _ifAny = field;
        _began = false;
    }

    public void EndIfAny()
    {
        _ifAny = null;
        if (_began)
        {
            writer.WriteEndObject();
        }
    }

    public void BeginList(MessageField field)
    {
        Open();
        writer.WriteStartArray(field.JsonName);
    }

    public readonly void EndList(MessageField field) => writer.WriteEndArray();

    public void Text(MessageField field, ReadOnlySpan<byte> utf8)
    {
        Name(field);
        writer.WriteStringValue(utf8);
    }

    public void Text(MessageField field, scoped ref Utf8JsonReader reader) => Text(field, JsonText.Utf8(ref reader));

    public void Bytes(MessageField field, ReadOnlySpan<byte> value)
    {
        Name(field);
        writer.WriteBase64StringValue(value);
    }

    public void Bool(MessageField field, bool value)
    {
        Name(field);
        writer.WriteBooleanValue(value);
    }

    public void Int32(MessageField field, int value)
    {
        Name(field);
        writer.WriteNumberValue(value);
    }

    public void Double(MessageField field, double value)
    {
        Name(field);
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(JsonText.NotFinite(value));
        }
    }

    public void Float(MessageField field, float value)
    {
        Name(field);
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(JsonText.NotFinite(value));
        }
    }

    public void Enum(MessageField field, int value)
    {
        Name(field);
        if (field.ValueNames!.TryGetValue(value, out var name))
        {
            writer.WriteStringValue(name);
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }

    public void Null(MessageField field)
    {
        Name(field);
        writer.WriteNullValue();
    }

    public void Duration(MessageField field, long seconds, int nanos)
    {
        Name(field);
        writer.WriteStringValue(JsonText.Duration(seconds, nanos));
    }

    public void Timestamp(MessageField field, DateTimeOffset value)
    {
        Name(field);
        Span<byte> text = stackalloc byte[32];
        var format = (value.UtcTicks % TimeSpan.TicksPerSecond) switch
        {
            0 => "yyyy-MM-ddTHH:mm:ssZ",
            var rest when rest % TimeSpan.TicksPerMillisecond == 0 => "yyyy-MM-ddTHH:mm:ss.fffZ",
            _ => "yyyy-MM-ddTHH:mm:ss.ffffffZ",
        };
        value.UtcDateTime.TryFormat(text, out var length, format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    public void BeginMap(MessageField field) => Begin(field);

    public readonly void MapEntry(MessageField field, ReadOnlySpan<byte> key, int value) => writer.WriteNumber(key, value);

    public readonly void EndMap() => writer.WriteEndObject();

    public void BeginStruct(MessageField field) => Begin(field);

    public readonly void EndStruct() => writer.WriteEndObject();

    public readonly void BeginMember(ReadOnlySpan<byte> name) => writer.WritePropertyName(name);

    public readonly void EndMember()
    {
    }

    public readonly void BeginObject() => writer.WriteStartObject();

    public readonly void EndObject() => writer.WriteEndObject();

    public readonly void BeginArray() => writer.WriteStartArray();

    public readonly void EndArray() => writer.WriteEndArray();

    public readonly void BeginItem()
    {
    }

    public readonly void EndItem()
    {
    }

    public readonly void Value(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();

        // Not read and written anew: a number keeps its digits.
        writer.WriteRawValue(json[start..(int)reader.BytesConsumed], skipInputValidation: true);
    }

    public readonly bool TakeBackIfTooDeep(int position) => false;

    private void Name(MessageField field)
    {
        Open();
        if (!field.Repeated)
        {
            writer.WritePropertyName(field.JsonName);
        }
    }

    private void Open()
    {
        if (_ifAny is { } field && !_began)
        {
            _began = true;
            writer.WriteStartObject(field.JsonName);
        }
    }
}
