using System.Globalization;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>A value with its Spanner type: a parameter of a statement, a cell of a mutation, a part of a key. Null keeps its type.</summary>
/// <remarks>
/// Types are always sent, because Spanner cannot tell from the wire whether <c>"1"</c> is INT64, STRING, BYTES or TIMESTAMP. PostgreSQL's
/// names for them are bigint, varchar, bytea and timestamptz; only JSON differs on the wire.
/// </remarks>
public readonly record struct SpannerValue(Value Value, Type Type)
{
    private static readonly Type _bool = new() { Code = TypeCode.Bool };
    private static readonly Type _int64 = new() { Code = TypeCode.Int64 };
    private static readonly Type _string = new() { Code = TypeCode.String };
    private static readonly Type _bytes = new() { Code = TypeCode.Bytes };
    private static readonly Type _timestamp = new() { Code = TypeCode.Timestamp };
    private static readonly Type _strings = new() { Code = TypeCode.Array, ArrayElementType = _string };
    private static readonly Type _json = new() { Code = TypeCode.Json };
    private static readonly Type _jsonb = new() { Code = TypeCode.Json, TypeAnnotation = TypeAnnotationCode.PgJsonb };

    public bool IsNull => Value.KindCase is Value.KindOneofCase.NullValue;

    public static implicit operator SpannerValue(bool? value) => new(value is { } known ? Value.ForBool(known) : Value.ForNull(), _bool);

    public static implicit operator SpannerValue(long? value) =>
        new(Text(value?.ToString(CultureInfo.InvariantCulture)), _int64);

    public static implicit operator SpannerValue(string? value) => new(Text(value), _string);

    public static implicit operator SpannerValue(byte[]? value) => new(Text(value is null ? null : Convert.ToBase64String(value)), _bytes);

    /// <summary>Finer than a microsecond is kept: Spanner stores nanoseconds, .NET has ticks of 100.</summary>
    public static implicit operator SpannerValue(DateTimeOffset? value) =>
        new(Text(value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)), _timestamp);

    public static implicit operator SpannerValue(string[]? value) =>
        new(value is null ? Value.ForNull() : Value.ForList([.. value.Select(Value.ForString)]), _strings);

    /// <summary>JSON of a GoogleSQL database, which sorts keys and keeps numbers as doubles.</summary>
    public static SpannerValue Json(string? value) => new(Text(value), _json);

    /// <summary>JSONB of a PostgreSQL database.</summary>
    public static SpannerValue Jsonb(string? value) => new(Text(value), _jsonb);

    private static Value Text(string? value) => value is null ? Value.ForNull() : Value.ForString(value);
}
