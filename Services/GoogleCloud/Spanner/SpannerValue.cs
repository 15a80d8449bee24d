using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Type = Google.Cloud.Spanner.V1.Type;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>A value with its Spanner type: a parameter of a statement, a cell of a mutation, a part of a key. Null keeps its type.</summary>
/// <remarks>
/// Types are always sent, because Spanner cannot tell from the wire whether <c>"1"</c> is INT64, STRING, BYTES or TIMESTAMP. PostgreSQL's
/// names for them are bigint, varchar, bytea and timestamptz; only JSON differs on the wire.
/// </remarks>
public readonly record struct SpannerValue(Value Value, Type Type)
{
    public bool IsNull => Value.KindCase is Value.KindOneofCase.NullValue;

    public static implicit operator SpannerValue(bool? value) => new(value is { } known ? Value.ForBool(known) : Value.ForNull(), SpannerTypes.Bool);

    public static implicit operator SpannerValue(long? value) =>
        new(Text(value?.ToString(CultureInfo.InvariantCulture)), SpannerTypes.Int64);

    public static implicit operator SpannerValue(double? value) => new(Float(value), SpannerTypes.Float64);

    public static implicit operator SpannerValue(float? value) => new(Float(value), SpannerTypes.Float32);

    public static implicit operator SpannerValue(string? value) => new(Text(value), SpannerTypes.String);

    public static implicit operator SpannerValue(byte[]? value) => new(Text(value is null ? null : Convert.ToBase64String(value)), SpannerTypes.Bytes);

    /// <summary>Finer than a microsecond is kept: Spanner stores nanoseconds, .NET has ticks of 100.</summary>
    public static implicit operator SpannerValue(DateTimeOffset? value) =>
        new(Text(value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)), SpannerTypes.Timestamp);

    public static implicit operator SpannerValue(DateOnly? value) =>
        new(Text(value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), SpannerTypes.Date);

    public static implicit operator SpannerValue(Guid? value) => new(Text(value?.ToString("D")), SpannerTypes.Uuid);

    public static implicit operator SpannerValue(string[]? value) =>
        new(value is null ? Value.ForNull() : Value.ForList([.. value.Select(Value.ForString)]), SpannerTypes.ArrayOf(SpannerTypes.String));

    /// <summary>JSON of a GoogleSQL database, which sorts keys and keeps numbers as doubles.</summary>
    public static SpannerValue Json(string? value) => new(Text(value), SpannerTypes.Json);

    /// <summary>JSONB of a PostgreSQL database.</summary>
    public static SpannerValue Jsonb(string? value) => new(Text(value), SpannerTypes.PgJsonb);

    /// <summary>A decimal number in digits, which are all kept; the server refuses what its type cannot hold.</summary>
    /// <param name="type"><see cref="SpannerTypes.Numeric"/> or <see cref="SpannerTypes.PgNumeric"/>.</param>
    public static SpannerValue Numeric(string? digits, Type type) => new(Text(digits), type);

    /// <summary>An array of one type. Its items must be of that type, or null of it.</summary>
    public static SpannerValue Array(Type element, IEnumerable<SpannerValue>? items) =>
        new(items is null ? Value.ForNull() : Value.ForList([.. items.Select(item => item.Value)]), SpannerTypes.ArrayOf(element));

    public static SpannerValue Null(Type type) => new(Value.ForNull(), type);

    // JSON has no number for these three; Spanner takes their names.
    private static Value Float(double? value) => value switch
    {
        null => Value.ForNull(),
        double.NaN => Value.ForString("NaN"),
        double.PositiveInfinity => Value.ForString("Infinity"),
        double.NegativeInfinity => Value.ForString("-Infinity"),
        { } number => Value.ForNumber(number),
    };

    private static Value Text(string? value) => value is null ? Value.ForNull() : Value.ForString(value);
}
