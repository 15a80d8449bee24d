using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Type = Google.Cloud.Bigtable.V2.Type;
using Value = Google.Cloud.Bigtable.V2.Value;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>A parameter of a query with its type. Null keeps its type.</summary>
public readonly record struct BigtableValue(Value Value, Type Type)
{
    public static implicit operator BigtableValue(bool? value) => new(value is { } known ? new() { BoolValue = known } : new(), BigtableTypes.Bool);

    public static implicit operator BigtableValue(long? value) => new(value is { } known ? new() { IntValue = known } : new(), BigtableTypes.Int64);

    public static implicit operator BigtableValue(double? value) => new(value is { } known ? new() { FloatValue = known } : new(), BigtableTypes.Float64);

    public static implicit operator BigtableValue(float? value) => new(value is { } known ? new() { FloatValue = known } : new(), BigtableTypes.Float32);

    public static implicit operator BigtableValue(string? value) => new(value is null ? new() : new() { StringValue = value }, BigtableTypes.String);

    public static implicit operator BigtableValue(byte[]? value) =>
        new(value is null ? new() : new() { BytesValue = ByteString.CopyFrom(value) }, BigtableTypes.Bytes);

    public static implicit operator BigtableValue(DateOnly? value) => new(
        value is { } known ? new() { DateValue = new() { Year = known.Year, Month = known.Month, Day = known.Day } } : new(), BigtableTypes.Date);

    public static implicit operator BigtableValue(DateTimeOffset? value) =>
        new(value is { } known ? new() { TimestampValue = Timestamp.FromDateTimeOffset(known) } : new(), BigtableTypes.Timestamp);

    /// <summary>An array of one type. Its items must be of that type, or null of it.</summary>
    public static BigtableValue Array(Type element, IEnumerable<BigtableValue>? items) => new(
        items is null ? new() : new() { ArrayValue = new ArrayValue { Values = { items.Select(item => item.Value) } } }, BigtableTypes.ArrayOf(element));

    public static BigtableValue Null(Type type) => new(new(), type);
}
