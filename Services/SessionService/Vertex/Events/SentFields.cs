using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>Checks structured fields of a JSON request, and writes them under ADK's names.</summary>
/// <remarks>
/// A value of the wrong kind is refused, as proto3 JSON has it. Fields that the API does not have are kept as they are: ADK has more of
/// them than the API. So are enum names and base64 that nobody can read; readers then find them in the raw event.
/// </remarks>
internal static class SentFields
{
    public static void Message(JsonElement value, MessageFields fields, string path, bool keepsDefaults, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        Members(value, fields, path, keepsDefaults, keepsUnknown: true, writer);
        writer.WriteEndObject();
    }

    public static void Members(
        JsonElement value, MessageFields fields, string path, bool keepsDefaults, bool keepsUnknown, Utf8JsonWriter writer)
    {
        Expect(value.ValueKind == JsonValueKind.Object, path, "one JSON object");
        var seen = 0u;
        foreach (var entry in value.EnumerateObject())
        {
            var field = fields.ByAnyName(JsonMarshal.GetRawUtf8PropertyName(entry));
            if (field is null)
            {
                if (keepsUnknown)
                {
                    entry.WriteTo(writer);
                }

                continue;
            }

            if (entry.Value.ValueKind == JsonValueKind.Null && field.Kind != FieldKind.Null)
            {
                continue;
            }

            var at = $"{path}.{entry.Name}";
            Expect((seen & (1u << field.Number)) == 0, at, "each field once, in one spelling");
            Expect((seen & field.OneOfFields) == 0, at, "one of the fields that exclude each other");
            seen |= 1u << field.Number;
            Field(entry.Value, field, at, keepsDefaults, writer);
        }
    }

    public static void Field(JsonElement value, MessageField field, string path, bool keepsDefaults, Utf8JsonWriter writer)
    {
        if (!keepsDefaults && IsDefault(value))
        {
            return;
        }

        writer.WritePropertyName(field.AdkName);
        if (!field.Repeated)
        {
            One(value, field, path, writer);
            return;
        }

        Expect(value.ValueKind == JsonValueKind.Array, path, "an array");
        writer.WriteStartArray();
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            One(item, field, $"{path}[{index++}]", writer);
        }

        writer.WriteEndArray();
    }

    private static bool IsDefault(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };

    private static void One(JsonElement value, MessageField field, string path, Utf8JsonWriter writer)
    {
        var isText = value.ValueKind == JsonValueKind.String;
        var isNumber = value.ValueKind == JsonValueKind.Number;
        switch (field.Kind)
        {
            case FieldKind.Message:
                Message(value, field.Message!, path, keepsDefaults: true, writer);
                return;
            case FieldKind.Null:
                writer.WriteStringValue("NULL_VALUE");
                return;
            case FieldKind.Int32 when isText && int.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                writer.WriteNumberValue(whole);
                return;
            case FieldKind.Double or FieldKind.Float when isText:
                Number(value.GetString()!, path, writer);
                return;
            case FieldKind.Int32Map:
                Map(value, path, writer);
                return;
        }

        Expect(
            field.Kind switch
            {
                FieldKind.Text or FieldKind.Bytes or FieldKind.Duration => isText,
                FieldKind.Enum => isText || isNumber,
                FieldKind.Bool => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                FieldKind.Int32 or FieldKind.Double or FieldKind.Float => isNumber,
                _ => value.ValueKind == JsonValueKind.Object,
            },
            path,
            field.Kind switch
            {
                FieldKind.Text => "a string",
                FieldKind.Bytes => "a string in base64",
                FieldKind.Duration => "a duration as in 1.5s",
                FieldKind.Enum => "the name of a value",
                FieldKind.Bool => "true or false",
                FieldKind.Int32 => "a whole number of 32 bits",
                FieldKind.Double or FieldKind.Float => "a number",
                _ => "one JSON object",
            });
        value.WriteTo(writer);
    }

    private static void Map(JsonElement value, string path, Utf8JsonWriter writer)
    {
        Expect(value.ValueKind == JsonValueKind.Object, path, "one JSON object");
        writer.WriteStartObject();
        foreach (var entry in value.EnumerateObject())
        {
            var number = 0;
            var isWhole = entry.Value.ValueKind switch
            {
                JsonValueKind.Number => entry.Value.TryGetInt32(out number)
                    || (entry.Value.GetDouble() is >= int.MinValue and <= int.MaxValue and var wide && (number = (int)wide) == wide),
                JsonValueKind.String => int.TryParse(entry.Value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
                _ => false,
            };
            Expect(isWhole, $"{path}.{entry.Name}", "a whole number of 32 bits");
            writer.WriteNumber(entry.Name, number);
        }

        writer.WriteEndObject();
    }

    private static void Number(string text, string path, Utf8JsonWriter writer)
    {
        if (text is "NaN" or "Infinity" or "-Infinity")
        {
            writer.WriteStringValue(text);
            return;
        }

        Expect(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number), path, "a number");
        writer.WriteNumberValue(number);
    }

    private static void Expect(bool isTrue, string path, string allowed)
    {
        if (!isTrue)
        {
            throw new InvalidInputException(path, came: null, allowed);
        }
    }
}
