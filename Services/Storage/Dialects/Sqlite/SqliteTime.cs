namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>A time as one layout keeps it in a column: text, a real number, or else a whole one.</summary>
internal readonly record struct SqliteTime(long Whole = 0, double? Real = null, string? Text = null);
