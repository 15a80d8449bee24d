using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>The rows that were read, and whether reading stopped before the end.</summary>
public sealed record SpannerRows(StructType Columns, IReadOnlyList<IReadOnlyList<Value>> Rows, bool StoppedEarly);
