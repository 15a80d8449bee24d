using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>How the tables that are there keep what they keep; they may have been made by this service, by ADK JS or by ADK Python.</summary>
/// <param name="Server">The server.</param>
/// <param name="IsExact">The key columns tell apart upper and lower case, accents and trailing spaces.</param>
/// <param name="IsPythonMade">
/// ADK Python made the tables: <c>timestamp</c> inside an event is in seconds, and the column beside it is in the local time of whichever host
/// wrote it, which is good for the order and for nothing else.
/// </param>
/// <param name="SessionDigits">Digits of a second that the times of a session keep.</param>
/// <param name="EventDigits">Digits of a second that the time of an event keeps.</param>
/// <param name="EventIndex">The index that has events in their order; <see langword="null"/> where there is none and none may be made.</param>
internal sealed record MySqlLayout(MySqlServer Server, bool IsExact, bool IsPythonMade, int SessionDigits, int EventDigits, string? EventIndex)
{
    /// <summary>Gets the unit of <c>timestamp</c> inside an event.</summary>
    public EventTimeUnit TimeUnit => IsPythonMade ? EventTimeUnit.Seconds : EventTimeUnit.Milliseconds;

    /// <summary>Splits a time into what a column of so many digits keeps, and the microseconds below that.</summary>
    public static (DateTime Column, int Micros) Split(DateTimeOffset time, int digits)
    {
        var micros = EventTime.Micros(time);
        var unit = (long)Math.Pow(10, 6 - digits);
        var below = ((micros % unit) + unit) % unit;
        return (EventTime.FromMicros(micros - below).UtcDateTime, (int)below);
    }

    public static DateTimeOffset Join(DateTime column, int micros) => new DateTimeOffset(column.Ticks, TimeSpan.Zero).AddMicroseconds(micros);

    /// <summary>Compares a key column with a value, by the index and then exactly.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">A parameter or a column.</param>
    public string Same(string column, string value) => IsExact ? $"{column} = {value}" : $"{column} = {value} AND {Bytes(column)} = {Bytes(value)}";

    /// <summary>Compares two values exactly, whatever the collation.</summary>
    public static string SameBytes(string left, string right) => $"{Bytes(left)} = {Bytes(right)}";

    private static string Bytes(string text) => $"CAST(CONVERT({text} USING utf8mb4) AS BINARY)";
}
