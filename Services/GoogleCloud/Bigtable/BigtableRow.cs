using Google.Protobuf;

namespace Runtime.GoogleCloud.Bigtable;

/// <summary>One row as it was read: its cells in the server's order, newest first within a column.</summary>
public sealed record BigtableRow(ByteString Key, IReadOnlyList<BigtableCell> Cells);

/// <summary>One version of one column.</summary>
/// <param name="TimestampMicros">Microseconds since 1970; the server keeps whole milliseconds.</param>
public sealed record BigtableCell(string Family, ByteString Qualifier, long TimestampMicros, ByteString Value, IReadOnlyList<string> Labels);
