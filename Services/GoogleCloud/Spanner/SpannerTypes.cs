using System.Diagnostics.CodeAnalysis;
using Google.Cloud.Spanner.V1;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>The types of parameters and cells. Where the dialects differ on the wire there are two.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are the names that Spanner gives its types.")]
public static class SpannerTypes
{
    public static readonly Type Bool = new() { Code = TypeCode.Bool };
    public static readonly Type Int64 = new() { Code = TypeCode.Int64 };
    public static readonly Type Float64 = new() { Code = TypeCode.Float64 };
    public static readonly Type Float32 = new() { Code = TypeCode.Float32 };
    public static readonly Type String = new() { Code = TypeCode.String };
    public static readonly Type Bytes = new() { Code = TypeCode.Bytes };
    public static readonly Type Date = new() { Code = TypeCode.Date };
    public static readonly Type Timestamp = new() { Code = TypeCode.Timestamp };
    public static readonly Type Uuid = new() { Code = TypeCode.Uuid };

    /// <summary>NUMERIC of GoogleSQL: 29 digits before the point, 9 behind it.</summary>
    public static readonly Type Numeric = new() { Code = TypeCode.Numeric };

    /// <summary>numeric of PostgreSQL, which has NaN and far more digits.</summary>
    public static readonly Type PgNumeric = new() { Code = TypeCode.Numeric, TypeAnnotation = TypeAnnotationCode.PgNumeric };

    /// <summary>JSON of GoogleSQL.</summary>
    public static readonly Type Json = new() { Code = TypeCode.Json };

    /// <summary>jsonb of PostgreSQL.</summary>
    public static readonly Type PgJsonb = new() { Code = TypeCode.Json, TypeAnnotation = TypeAnnotationCode.PgJsonb };

    public static Type ArrayOf(Type element) => new() { Code = TypeCode.Array, ArrayElementType = element };
}
