using System.Globalization;
using System.Text.Json;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Bigtable.Sql;
using Type = Google.Cloud.Bigtable.V2.Type;
using Value = Google.Cloud.Bigtable.V2.Value;

namespace Runtime.ToolGateway.Sources.Bigtable;

/// <summary>Writes rows as MCP Toolbox does.</summary>
/// <remarks>
/// BYTES are base64, also where they are the keys of a MAP, which is an object, as a column family is; INT64 is a number with all its digits;
/// TIMESTAMP and DATE are texts of RFC 3339. A STRUCT is an object, and NaN and the infinities are strings, where MCP Toolbox has <c>{}</c> and an error.
/// </remarks>
internal static class BigtableJson
{
    private const int NanosDigits = 9;

    public static void Write(Utf8JsonWriter json, BigtableSqlRow row)
    {
        json.WriteStartObject();
        for (var column = 0; column < row.Values.Count; column++)
        {
            json.WritePropertyName(row.Columns[column].Name);
            Write(json, row.Values[column], row.Columns[column].Type);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Value value, Type? type)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.BytesValue:
                json.WriteBase64StringValue(value.BytesValue.Span);
                break;
            case Value.KindOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.IntValue:
                json.WriteNumberValue(value.IntValue);
                break;
            case Value.KindOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.FloatValue:
                WriteFloat(json, value.FloatValue, isShort: type?.Float32Type is not null);
                break;
            case Value.KindOneofCase.TimestampValue:
                json.WriteStringValue(Text(value.TimestampValue));
                break;
            case Value.KindOneofCase.DateValue:
                json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{value.DateValue.Year:0000}-{value.DateValue.Month:00}-{value.DateValue.Day:00}"));
                break;
            case Value.KindOneofCase.ArrayValue:
                WriteArray(json, value.ArrayValue, type);
                break;
            case Value.KindOneofCase.None:
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter json, ArrayValue items, Type? type)
    {
        if (type?.MapType is { } map)
        {
            json.WriteStartObject();
            foreach (var entry in items.Values)
            {
                json.WritePropertyName(Key(entry.ArrayValue.Values[0]));
                Write(json, entry.ArrayValue.Values[1], map.ValueType);
            }

            json.WriteEndObject();
        }
        else if (type?.StructType is { } fields)
        {
            json.WriteStartObject();
            foreach (var (field, value) in fields.Fields.Zip(items.Values))
            {
                json.WritePropertyName(field.FieldName);
                Write(json, value, field.Type);
            }

            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray();
            foreach (var item in items.Values)
            {
                Write(json, item, type?.ArrayType?.ElementType);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteFloat(Utf8JsonWriter json, double number, bool isShort)
    {
        if (!double.IsFinite(number))
        {
            json.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        }
        else if (isShort)
        {
            // It travels as a double; written as one it would show digits that nobody stored.
            json.WriteNumberValue((float)number);
        }
        else
        {
            json.WriteNumberValue(number);
        }
    }

    // The keys of a map are of one of these three types.
    private static string Key(Value key) => key.KindCase switch
    {
        Value.KindOneofCase.BytesValue => key.BytesValue.ToBase64(),
        Value.KindOneofCase.IntValue => key.IntValue.ToString(CultureInfo.InvariantCulture),
        _ => key.StringValue,
    };

    private static string Text(Timestamp time)
    {
        var seconds = DateTimeOffset.FromUnixTimeSeconds(time.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var fraction = time.Nanos.ToString($"D{NanosDigits}", CultureInfo.InvariantCulture).TrimEnd('0');
        return fraction.Length > 0 ? $"{seconds}.{fraction}Z" : $"{seconds}Z";
    }
}
