using System.Diagnostics.CodeAnalysis;
using Type = Google.Cloud.Bigtable.V2.Type;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>The types that parameters of GoogleSQL for Bigtable may have.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the names that Bigtable gives its types.")]
public static class BigtableTypes
{
    public static readonly Type Bool = new() { BoolType = new() };
    public static readonly Type Int64 = new() { Int64Type = new() };
    public static readonly Type Float64 = new() { Float64Type = new() };
    public static readonly Type Float32 = new() { Float32Type = new() };
    public static readonly Type String = new() { StringType = new() };
    public static readonly Type Bytes = new() { BytesType = new() };
    public static readonly Type Date = new() { DateType = new() };
    public static readonly Type Timestamp = new() { TimestampType = new() };

    public static Type ArrayOf(Type element) => new() { ArrayType = new() { ElementType = element } };
}
