using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.GoogleCloud.Tests;

public sealed class SpannerRowTests
{
    [Theory]
    [InlineData("2026-01-02T03:04:05Z", 0)]
    [InlineData("2026-01-02T03:04:05.1Z", 1_000_000)]
    [InlineData("2026-01-02T03:04:05.123456Z", 1_234_560)]
    [InlineData("2026-01-02T03:04:05.123456789Z", 1_234_567)]
    public void Timestamp_is_read_in_UTC_and_cut_where_dotnet_ends(string text, long ticks) => Assert.Equal(
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(ticks), new SpannerRow([Value.ForString(text)], new()).GetTimestamp(0));

    [Fact]
    public void A_value_of_another_kind_is_refused_and_null_is_told_apart()
    {
        var row = new SpannerRow([Value.ForBool(true), Value.ForNull(), Value.ForString("")], new());

        Assert.Throws<InvalidCastException>(() => row.GetString(0));
        Assert.Throws<InvalidCastException>(() => row.GetInt64(1));
        Assert.Null(row.GetStringOrNull(1));
        Assert.Equal("", row.GetStringOrNull(2));
    }

    [Fact]
    public void Parameters_carry_their_types_also_when_they_are_null()
    {
        var request = new SpannerStatement("SELECT 1", 5L, (string?)null, new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero)).ToRequest("s", new(), 1);

        Assert.Equal(("5", "0001-01-01T00:00:00.0000000Z"), (request.Params.Fields["p1"].StringValue, request.Params.Fields["p3"].StringValue));
        Assert.Equal(Value.KindOneofCase.NullValue, request.Params.Fields["p2"].KindCase);
        Assert.Equal(
            [Google.Cloud.Spanner.V1.TypeCode.Int64, Google.Cloud.Spanner.V1.TypeCode.String, Google.Cloud.Spanner.V1.TypeCode.Timestamp],
            new[] { "p1", "p2", "p3" }.Select(name => request.ParamTypes[name].Code));
    }
}
