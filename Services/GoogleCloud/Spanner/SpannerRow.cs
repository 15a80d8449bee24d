using System.Globalization;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>One row, read by place. JSON, STRING and the like are read as strings; an absent value is found with <see cref="IsNull"/>.</summary>
public sealed class SpannerRow(IReadOnlyList<Value> values, StructType columns)
{
    private const int LongestTicks = 27;   // 2026-01-02T03:04:05.1234567

    /// <summary>Gets the names and types of the columns; one object for all rows of a result.</summary>
    public StructType Columns { get; } = columns;

    /// <summary>Gets the values as they came over the wire, in the order of the columns.</summary>
    public IReadOnlyList<Value> Values { get; } = values;

    public bool IsNull(int column) => Values[column].KindCase is Value.KindOneofCase.NullValue;

    public string GetString(int column) => Of(column, Value.KindOneofCase.StringValue).StringValue;

    public string? GetStringOrNull(int column) => IsNull(column) ? null : GetString(column);

    public bool GetBool(int column) => Of(column, Value.KindOneofCase.BoolValue).BoolValue;

    public long GetInt64(int column) => long.Parse(GetString(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public byte[] GetBytes(int column) => Convert.FromBase64String(GetString(column));

    /// <summary>In UTC; what Spanner keeps below 100 ns is cut off.</summary>
    public DateTimeOffset GetTimestamp(int column)
    {
        // 2026-01-02T03:04:05.123456789Z
        var text = GetString(column).AsSpan().TrimEnd('Z');
        text = text[..Math.Min(text.Length, LongestTicks)];
        return new(DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal), TimeSpan.Zero);
    }

    private Value Of(int column, Value.KindOneofCase kind) => Values[column] is var value && value.KindCase == kind
        ? value
        : throw new InvalidCastException($"Column {column} is a {value.KindCase}, not a {kind}.");
}
