namespace Runtime.GoogleCloud.Spanner;

/// <summary>What a statement that may write did.</summary>
/// <param name="RowCount">Rows that it wrote; zero for a query.</param>
/// <param name="Rows">What it returned, by a query or by RETURNING or THEN RETURN.</param>
/// <param name="RowsDropped">It returned more than was asked to be kept. Everything was written all the same.</param>
public sealed record SpannerChange(long RowCount, IReadOnlyList<SpannerRow> Rows, bool RowsDropped);
