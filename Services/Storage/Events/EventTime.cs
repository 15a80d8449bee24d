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
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) && FromNumber(number) is { } time)
        {
            return time;
        }

        throw new InvalidInputException(
            "event.event_json.timestamp", value.GetRawText(), "a number of seconds since 1970, or of milliseconds where it is above 100000000000");
    }

    /// <summary>Reads the <c>timestamp</c> of a stored event, in either unit; <see langword="null"/> where there is none that makes sense.</summary>
    public static DateTimeOffset? InJson(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = StorageJson.MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("timestamp"u8);
            reader.Read();
            if (found)
            {
                return reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number) ? FromNumber(number) : null;
            }

            reader.Skip();
        }

        return null;
    }

    public static string Seconds(DateTimeOffset time) => Decimal(Micros(time), MicrosPerSecond);

    /// <summary>Milliseconds, because ADK JS takes the number in the stored JSON as such, while ADK Python reads the column beside it.</summary>
    public static string Milliseconds(DateTimeOffset time) => Decimal(Micros(time), 1000);

    private static DateTimeOffset? FromNumber(decimal number)
    {
        var seconds = Math.Abs(number) > SmallestMilliseconds ? number / 1000 : number;
        return seconds is > -62_135_596_800m and < 253_402_300_799m ? FromMicros((long)Math.Round(seconds * MicrosPerSecond)) : null;
    }

    // Written by hand: a decimal number takes several times as long, once for each event that is read.
    private static string Decimal(long micros, long unit)
    {
        var (whole, rest) = Math.DivRem(Math.Abs(micros), unit);
        var sign = micros < 0 ? "-" : "";
        return rest == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}")
            : string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}.{(unit == MicrosPerSecond ? rest : rest * 1000):D6}").TrimEnd('0');
    }
}
