using System.Globalization;
using System.Numerics;

namespace Runtime.Storage.Migration.Pickle;

/// <summary>Times and UUIDs as Python packs them, written as pydantic writes them into JSON.</summary>
internal static class PickleTimes
{
    public static readonly PickledName UuidClass = new("uuid", "UUID");

    /// <summary>Year in two bytes, month, day, hour, minute, second, microseconds in three bytes.</summary>
    public static string DateAndTime(byte[] fields, PickledZone? zone)
    {
        if (fields is not [var high, var low, var month, var day, .. var time] || time.Length != 6)
        {
            throw Invalid("date");
        }

        // The top bit of the month says which of two equal local times it is when the clock goes back; an offset says so too.
        return $"{DateOf(high, low, month & 0x7f, day)}T{TimeOf(time)}{Offset(zone)}";
    }

    public static string Date(byte[] fields) => fields is [var high, var low, var month, var day] ? DateOf(high, low, month, day) : throw Invalid("date");

    public static string Time(byte[] fields, PickledZone? zone) =>
        fields is [var hour, .. var rest] && rest.Length == 5 ? TimeOf([(byte)(hour & 0x7f), .. rest]) + Offset(zone) : throw Invalid("time");

    public static TimeSpan Duration(long days, long seconds, long microseconds)
    {
        // Python normalises seconds to a day and microseconds to a second, so what is larger was not written by Python.
        const long mostDays = 10_000_000;
        return Math.Abs(days) <= mostDays && seconds is >= 0 and < 86_400 && microseconds is >= 0 and < 1_000_000
            ? TimeSpan.FromDays(days) + TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds(microseconds)
            : throw Invalid("duration");
    }

    public static string Uuid(object? state)
    {
        if (state is not PickledMap map || !map.Entries.TryGetValue("int", out var value))
        {
            throw Invalid("UUID");
        }

        var number = value switch { long small => small, BigInteger large => large, _ => BigInteger.MinusOne };
        return number.Sign >= 0 && number.GetByteCount(isUnsigned: true) <= 16
            ? Guid.ParseExact(number.ToString("x32", CultureInfo.InvariantCulture)[^32..], "N").ToString()
            : throw Invalid("UUID");
    }

    private static string DateOf(int high, int low, int month, int day)
    {
        var year = (high << 8) | low;
        return year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}")
            : throw Invalid("date");
    }

    private static string TimeOf(byte[] fields)
    {
        var (hour, minute, second) = (fields[0], fields[1], fields[2]);
        var micros = (fields[3] << 16) | (fields[4] << 8) | fields[5];
        if (hour > 23 || minute > 59 || second > 59 || micros > 999_999)
        {
            throw Invalid("time");
        }

        var whole = string.Create(CultureInfo.InvariantCulture, $"{hour:00}:{minute:00}:{second:00}");
        return micros == 0 ? whole : string.Create(CultureInfo.InvariantCulture, $"{whole}.{micros:000000}");
    }

    private static string Offset(PickledZone? zone) => zone?.Offset switch
    {
        null => "",
        { Ticks: 0 } => "Z",
        { } offset => (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture),
    };

    private static PickleException Invalid(string what) => new($"it has a {what} that there cannot be");
}
