using System.Globalization;
using System.Text.Json;

namespace Runtime.Storage.Events;

/// <summary>Event times: microseconds since 1970 inside, seconds for readers, milliseconds in storage.</summary>
internal static class EventTime
{
    /// <summary>A larger number is in milliseconds (ADK JS), a smaller one in seconds (ADK Python): as seconds this is the year 5138.</summary>
    private const decimal SmallestMilliseconds = 100_000_000_000m;

    private const long MicrosPerSecond = 1_000_000;

    /// <summary>Drops what is finer than a microsecond: no database keeps it, and a resent event must compare equal.</summary>
    public static DateTimeOffset ToMicroseconds(DateTimeOffset time) => FromMicros(Micros(time));

    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicros(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>Reads the <c>timestamp</c> of an event's JSON, in either unit.</summary>
    public static DateTimeOffset Parse(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
        {
            var seconds = Math.Abs(number) > SmallestMilliseconds ? number / 1000 : number;
            if (seconds > -62_135_596_800m && seconds < 253_402_300_799m)
            {
                return FromMicros((long)Math.Round(seconds * MicrosPerSecond));
            }
        }

        throw new InvalidInputException(
            "event.event_json.timestamp", value.GetRawText(), "a number of seconds since 1970, or of milliseconds where it is above 100000000000");
    }

    public static string Seconds(DateTimeOffset time) => Decimal(Micros(time), MicrosPerSecond);

    /// <summary>Milliseconds, because ADK JS takes the number in the stored JSON as such, while ADK Python reads the column beside it.</summary>
    public static string Milliseconds(DateTimeOffset time) => Decimal(Micros(time), 1000);

    private static string Decimal(long micros, long unit) => ((decimal)micros / unit).ToString("0.######", CultureInfo.InvariantCulture);
}
