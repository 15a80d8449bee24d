using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Spanner;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Tests;

public sealed class SpannerValuesTests
{
    [Theory]
    [InlineData(TypeCode.Int64, "42", "42")]
    [InlineData(TypeCode.Int64, "-9007199254740991", "-9007199254740991")]
    [InlineData(TypeCode.Int64, "9007199254740992", "\"9007199254740992\"")]
    [InlineData(TypeCode.Int64, "-9223372036854775808", "\"-9223372036854775808\"")]
    [InlineData(TypeCode.Numeric, "0.10", "\"0.10\"")]
    [InlineData(TypeCode.Bytes, "AAEC", "\"AAEC\"")]
    [InlineData(TypeCode.Timestamp, "2026-01-02T03:04:05.123456789Z", "\"2026-01-02T03:04:05.123456789Z\"")]
    [InlineData(TypeCode.Date, "2026-01-02", "\"2026-01-02\"")]
    [InlineData(TypeCode.Float64, "NaN", "\"NaN\"")]
    [InlineData(TypeCode.Float64, "-Infinity", "\"-Infinity\"")]
    [InlineData(TypeCode.Json, """{"a":[1,12345678901234567890]}""", """{"a":[1,12345678901234567890]}""")]
    [InlineData(TypeCode.Json, "null", "null")]
    [InlineData(TypeCode.Uuid, "7f1c5a3e-0000-4000-8000-000000000000", "\"7f1c5a3e-0000-4000-8000-000000000000\"")]
    public void A_value_that_travels_as_text_keeps_every_digit(TypeCode code, string wire, string json) =>
        Assert.Equal(json, Json(Value.ForString(wire), new Type { Code = code }));

    [Fact]
    public void Floats_are_numbers_with_the_digits_that_were_stored()
    {
        Assert.Equal("0.1", Json(Value.ForNumber(0.1), new Type { Code = TypeCode.Float64 }));
        Assert.Equal("0.1", Json(Value.ForNumber(0.1f), new Type { Code = TypeCode.Float32 }));
    }

    [Theory]
    [InlineData(TypeCode.Int64)]
    [InlineData(TypeCode.Array)]
    [InlineData(TypeCode.Json)]
    [InlineData(TypeCode.Struct)]
    public void Null_is_null_whatever_the_type(TypeCode code) => Assert.Equal("null", Json(Value.ForNull(), new Type { Code = code }));

    [Fact]
    public void An_array_of_structs_is_an_array_of_objects()
    {
        var element = new Type { Code = TypeCode.Struct, StructType = new() };
        element.StructType.Fields.Add(new StructType.Types.Field { Name = "id", Type = new Type { Code = TypeCode.Int64 } });
        element.StructType.Fields.Add(new StructType.Types.Field { Name = "", Type = new Type { Code = TypeCode.Bool } });
        element.StructType.Fields.Add(new StructType.Types.Field { Name = "id", Type = new Type { Code = TypeCode.String } });
        var value = Value.ForList(Value.ForList(Value.ForString("1"), Value.ForBool(true), Value.ForString("x")), Value.ForNull());

        Assert.Equal("""[{"id":1,"_1":true,"id_2":"x"},null]""", Json(value, new Type { Code = TypeCode.Array, ArrayElementType = element }));
    }

    private static string Json(Value value, Type type) => SpannerValues.ToJson(value, type)?.ToJsonString() ?? "null";
}
