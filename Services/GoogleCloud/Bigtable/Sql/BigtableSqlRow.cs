using Google.Cloud.Bigtable.V2;

namespace Runtime.GoogleCloud.Bigtable.Sql;

/// <summary>One row of a query's result.</summary>
/// <param name="Values">As they came over the wire, in the order of the columns. A value without a kind is null.</param>
/// <param name="Columns">Names and types; one list for all rows of a result. A name may be empty, or there twice.</param>
public sealed record BigtableSqlRow(IReadOnlyList<Value> Values, IReadOnlyList<ColumnMetadata> Columns);
