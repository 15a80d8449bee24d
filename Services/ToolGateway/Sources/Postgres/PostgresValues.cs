using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>Writes a value of PostgreSQL's binary format as JSON.</summary>
internal delegate void PostgresValueWriter(Utf8JsonWriter json, ReadOnlySpan<byte> value);

/// <summary>PostgreSQL's values as JSON, in the forms of MCP Toolbox.</summary>
/// <remarks>
/// Read from the binary format that the server sends, without the driver's types between: they have no numeric of more than 28 digits, no date
/// beyond the year 9999 and no 24:00. Formats: the <c>*send</c> functions of PostgreSQL's src/backend/utils/adt. Object ids: pg_type.dat.
/// </remarks>
internal static class PostgresValues
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    // 2000-01-01, from which PostgreSQL counts.
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Dictionary<uint, PostgresValueWriter> Writers = new()
    {
        [16] = static (json, value) => json.WriteBooleanValue(value[0] is not 0),
        [17] = static (json, value) => json.WriteBase64StringValue(value),
        [18] = Text,
        [19] = Text,
        [20] = static (json, value) => json.WriteNumberValue(BinaryPrimitives.ReadInt64BigEndian(value)),
        [21] = static (json, value) => json.WriteNumberValue(BinaryPrimitives.ReadInt16BigEndian(value)),
        [23] = static (json, value) => json.WriteNumberValue(BinaryPrimitives.ReadInt32BigEndian(value)),
        [25] = Text,
        [26] = static (json, value) => json.WriteNumberValue(BinaryPrimitives.ReadUInt32BigEndian(value)),
        [114] = static (json, value) => json.WriteRawValue(value, skipInputValidation: true),
        [700] = Single,
        [701] = Double,
        [869] = Network,
        [650] = Network,
        [1042] = Text,
        [1043] = Text,
        [1082] = Date,
        [1083] = Time,
        [1114] = Timestamp,
        [1184] = Timestamp,
        [1186] = Interval,
        [1700] = PostgresNumeric.Write,
        [2950] = static (json, value) => json.WriteStringValue(new Guid(value, bigEndian: true)),
        // A version byte is before the text.
        [3802] = static (json, value) => json.WriteRawValue(value[1..], skipInputValidation: true),
    };

    // Arrays, each of elements that have a writer: the array says which.
    private static readonly HashSet<uint> Arrays =
        [1000, 1001, 1002, 1003, 1016, 1005, 1007, 1009, 1028, 199, 1021, 1022, 1041, 651, 1014, 1015, 1182, 1183, 1115, 1185, 1187, 1231, 2951, 3807];

    /// <summary>Returns what writes the values of a type; null for a type that the server is to send as text.</summary>
    public static PostgresValueWriter? WriterOf(uint type) => Arrays.Contains(type) ? Array : Writers.GetValueOrDefault(type);

    public static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (System.Text.Unicode.Utf8.IsValid(value))
        {
            json.WriteStringValue(value);
        }
        else
        {
            // A database without an encoding keeps any bytes.
            json.WriteStringValue(Encoding.UTF8.GetString(value));
        }
    }

    private static void Single(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var number = BinaryPrimitives.ReadSingleBigEndian(value);
        if (float.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(Infinite(number));
        }
    }

    private static void Double(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var number = BinaryPrimitives.ReadDoubleBigEndian(value);
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(Infinite(number));
        }
    }

    // JSON has no number for them.
    private static string Infinite(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";

    private static void Date(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var days = BinaryPrimitives.ReadInt32BigEndian(value);
        if (days is int.MaxValue or int.MinValue)
        {
            json.WriteStringValue(days > 0 ? "infinity" : "-infinity");
        }
        else
        {
            Moment(json, days * MicrosecondsPerDay);
        }
    }

    private static void Timestamp(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var microseconds = BinaryPrimitives.ReadInt64BigEndian(value);
        if (microseconds is long.MaxValue or long.MinValue)
        {
            json.WriteStringValue(microseconds > 0 ? "infinity" : "-infinity");
        }
        else
        {
            Moment(json, microseconds);
        }
    }

    /// <summary>Writes a moment as RFC 3339 does, in UTC, with no more digits than it has; years beyond 1 to 9999 as ISO 8601 extends it.</summary>
    private static void Moment(Utf8JsonWriter json, long microseconds)
    {
        var years = 0L;
        // The calendar repeats every 400 years, which are 146097 days.
        const long Cycle = 146_097 * MicrosecondsPerDay;
        const long First = -730_119 * MicrosecondsPerDay;
        const long End = 2_921_940 * MicrosecondsPerDay;
        while (microseconds < First)
        {
            microseconds += Cycle;
            years -= 400;
        }

        while (microseconds >= End)
        {
            microseconds -= Cycle;
            years += 400;
        }

        var moment = Epoch.AddMicroseconds(0).AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        Span<char> text = stackalloc char[40];
        var length = 0;
        var year = moment.Year + years;
        if (year < 0)
        {
            text[length++] = '-';
            year = -year;
        }

        year.TryFormat(text[length..], out var written, "0000", CultureInfo.InvariantCulture);
        length += written;
        moment.TryFormat(text[length..], out written, "'-'MM'-'dd'T'HH':'mm':'ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
        json.WriteStringValue(text[..(length + written)]);
    }

    private static void Time(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        json.WriteStartObject();
        json.WriteNumber("Microseconds"u8, BinaryPrimitives.ReadInt64BigEndian(value));
        json.WriteBoolean("Valid"u8, true);
        json.WriteEndObject();
    }

    private static void Interval(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        json.WriteStartObject();
        json.WriteNumber("Microseconds"u8, BinaryPrimitives.ReadInt64BigEndian(value));
        json.WriteNumber("Days"u8, BinaryPrimitives.ReadInt32BigEndian(value[8..]));
        json.WriteNumber("Months"u8, BinaryPrimitives.ReadInt32BigEndian(value[12..]));
        json.WriteBoolean("Valid"u8, true);
        json.WriteEndObject();
    }

    /// <summary>Family, bits of the mask, whether it is a network, number of bytes, the bytes.</summary>
    private static void Network(Utf8JsonWriter json, ReadOnlySpan<byte> value) =>
        json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{new System.Net.IPAddress(value[4..])}/{value[1]}"));

    /// <summary>Dimensions, whether there are nulls, type of the elements, length and lower bound of each dimension, then each element after its length.</summary>
    private static void Array(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(value);
        var writer = Writers.GetValueOrDefault(BinaryPrimitives.ReadUInt32BigEndian(value[8..])) ?? Text;
        value = value[(12 + (8 * dimensions))..];
        json.WriteStartArray();
        while (value.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(value);
            value = value[4..];
            if (length < 0)
            {
                json.WriteNullValue();
                continue;
            }

            writer(json, value[..length]);
            value = value[length..];
        }

        json.WriteEndArray();
    }
}
