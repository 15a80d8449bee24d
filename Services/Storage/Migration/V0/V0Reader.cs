using System.Data.Common;
using System.Globalization;

namespace Runtime.Storage.Migration.V0;

/// <summary>Reads rows of <c>events</c> in ADK schema version 0, whichever of its columns there are, from any database driver.</summary>
/// <param name="columns">The columns that the table has.</param>
/// <param name="zone">The time zone that the times are in, where they carry none.</param>
internal sealed class V0Reader(IReadOnlySet<string> columns, TimeZoneInfo zone)
{
    private readonly string[] _plain = [.. V0Columns.Plain.Where(columns.Contains)];
    private readonly string[] _json = [.. V0Columns.Json.Select(json => json.Column).Where(columns.Contains)];

    /// <summary>Gets the list for SELECT.</summary>
    /// <param name="table">What the statement calls the table.</param>
    /// <param name="jsonText">Makes an expression that gives JSON as text of a column expression.</param>
    public string SelectList(string table, Func<string, string> jsonText) => string.Join(", ",
    [
        .. V0Columns.Key.Select(column => $"{table}.{column}"),
        .. _plain.Select(column => $"{table}.{column}"),
        .. _json.Select(column => $"{jsonText($"{table}.{column}")} AS {column}"),
    ]);

    public V0Row Read(DbDataReader row)
    {
        return new()
        {
            Id = row.GetString(0),
            AppName = row.GetString(1),
            UserId = row.GetString(2),
            SessionId = row.GetString(3),
            Timestamp = Time(Value("timestamp")),
            InvocationId = (string?)Value("invocation_id"),
            Author = (string?)Value("author"),
            Branch = (string?)Value("branch"),
            Actions = (byte[]?)Value("actions"),
            Partial = Flag("partial"),
            TurnComplete = Flag("turn_complete"),
            Interrupted = Flag("interrupted"),
            ErrorCode = (string?)Value("error_code"),
            ErrorMessage = (string?)Value("error_message"),
            Json = _json.Where(column => Value(column) is not null).ToDictionary(column => column, column => (string)Value(column)!, StringComparer.Ordinal),
        };

        object? Value(string column) =>
            columns.Contains(column) && row.GetOrdinal(column) is var at && !row.IsDBNull(at) ? row.GetValue(at) : null;

        // A Boolean of PostgreSQL; of others a number.
        bool? Flag(string column) => Value(column) is { } value ? Convert.ToBoolean(value, CultureInfo.InvariantCulture) : null;
    }

    private DateTimeOffset? Time(object? value) => value switch
    {
        DateTime { Kind: DateTimeKind.Unspecified } local => InZone(local),
        DateTime time => new DateTimeOffset(time.ToUniversalTime()),
        // As SQLAlchemy writes it into SQLite; the fraction may be missing.
        string text when DateTime.TryParseExact(
            text, ["yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-dd HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) => InZone(local),
        _ => null,
    };

    private DateTimeOffset InZone(DateTime local)
    {
        // A time that the clock skipped was written by nobody's clock; the offset before the change is as good as any.
        var offset = zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
