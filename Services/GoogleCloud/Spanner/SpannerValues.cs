using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Spanner values as JSON that says them exactly.</summary>
/// <remarks>
/// INT64 is a JSON number up to 2^53 - 1 either side of zero, and a string beyond: most readers of JSON keep numbers as doubles and would
/// change it silently. NUMERIC, TIMESTAMP, DATE, INTERVAL, UUID are strings as Spanner writes them, BYTES base64, NaN and infinities the strings
/// <c>NaN</c>, <c>Infinity</c>, <c>-Infinity</c>. ARRAY is an array, STRUCT an object, JSON the value itself.
/// </remarks>
public static class SpannerValues
{
    private const long LargestExactInDouble = (1L << 53) - 1;

    public static JsonNode? ToJson(Value value, Type type)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(type);

        if (value.KindCase is Value.KindOneofCase.NullValue or Value.KindOneofCase.None)
        {
            return null;
        }

        return type.Code switch
        {
            TypeCode.Bool => JsonValue.Create(value.BoolValue),
            TypeCode.Int64 or TypeCode.Enum => Integer(value.StringValue),
            TypeCode.Float64 or TypeCode.Float32 when value.KindCase is Value.KindOneofCase.NumberValue => Number(value.NumberValue, type.Code),
            TypeCode.Array => Array(value.ListValue, type.ArrayElementType),
            TypeCode.Struct => ToObject(value.ListValue.Values, type.StructType),
            TypeCode.Json => Parse(value.StringValue),
            _ => Plain(value),
        };
    }

    /// <summary>Returns one row as an object. A column without a name is called by its place, <c>_0</c>; a repeated name gets the place as well.</summary>
    public static JsonObject ToObject(IReadOnlyList<Value> values, StructType type)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(type);

        var result = new JsonObject();
        var place = 0;
        foreach (var (field, value) in type.Fields.Zip(values))
        {
            var name = field.Name.Length is 0 || result.ContainsKey(field.Name) ? $"{field.Name}_{place}" : field.Name;
            result[name] = ToJson(value, field.Type);
            place++;
        }

        return result;
    }

    /// <summary>Returns one row as an array, in the order of the columns.</summary>
    public static JsonArray ToArray(IReadOnlyList<Value> values, StructType type)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(type);
        return new JsonArray([.. type.Fields.Zip(values, (field, value) => ToJson(value, field.Type))]);
    }

    private static JsonArray Array(ListValue list, Type element) => new([.. list.Values.Select(item => ToJson(item, element))]);

    private static JsonValue Integer(string digits) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is >= -LargestExactInDouble and <= LargestExactInDouble
            ? JsonValue.Create(number)
            : JsonValue.Create(digits);

    // A FLOAT32 travels as a double; written as one it would show digits that nobody stored.
    private static JsonValue Number(double number, TypeCode code) => code is TypeCode.Float32 ? JsonValue.Create((float)number) : JsonValue.Create(number);

    private static JsonNode? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return JsonValue.Create(json);
        }
    }

    private static JsonNode? Plain(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.StringValue => JsonValue.Create(value.StringValue),
        Value.KindOneofCase.NumberValue => JsonValue.Create(value.NumberValue),
        Value.KindOneofCase.BoolValue => JsonValue.Create(value.BoolValue),
        Value.KindOneofCase.ListValue => new JsonArray([.. value.ListValue.Values.Select(Plain)]),
        _ => JsonNode.Parse(value.ToString()),
    };
}
