using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.ToolGateway.Sources.Spanner;

/// <summary>Writes rows as MCP Toolbox does: each value as it came over the wire.</summary>
/// <remarks>
/// So INT64 and NUMERIC are strings, as are BYTES (base64), DATE, TIMESTAMP and the text of JSON; a STRUCT is an array of its values; NaN and the
/// infinities are the strings that Spanner calls them by.
/// </remarks>
internal static class SpannerJson
{
    public static void Write(Utf8JsonWriter json, SpannerRow row)
    {
        json.WriteStartObject();
        for (var column = 0; column < row.Values.Count; column++)
        {
            json.WritePropertyName(row.Columns.Fields[column].Name);
            Write(json, row.Values[column]);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StringValue:
                json.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.NumberValue:
                json.WriteNumberValue(value.NumberValue);
                break;
            case Value.KindOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.ListValue:
                json.WriteStartArray();
                foreach (var item in value.ListValue.Values)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case Value.KindOneofCase.StructValue:
                json.WriteStartObject();
                foreach (var (name, field) in value.StructValue.Fields)
                {
                    json.WritePropertyName(name);
                    Write(json, field);
                }

                json.WriteEndObject();
                break;
            case Value.KindOneofCase.NullValue:
            case Value.KindOneofCase.None:
            default:
                json.WriteNullValue();
                break;
        }
    }
}
