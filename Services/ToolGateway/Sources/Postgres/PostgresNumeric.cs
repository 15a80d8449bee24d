using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>Numbers of any length, as JSON numbers with all their digits.</summary>
internal static class PostgresNumeric
{
    private const int DigitsOfGroup = 4;
    private const ushort Negative = 0x4000;
    private const ushort NaN = 0xC000;
    private const ushort Infinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    /// <summary>Number of groups, weight of the first (powers of 10 000), sign, digits behind the point, then the groups.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var groups = BinaryPrimitives.ReadInt16BigEndian(value);
        var weight = BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        var sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        var scale = BinaryPrimitives.ReadInt16BigEndian(value[6..]);
        if (sign is NaN or Infinity or NegativeInfinity)
        {
            json.WriteStringValue(sign is NaN ? "NaN" : sign is Infinity ? "Infinity" : "-Infinity");
            return;
        }

        if (groups is 0)
        {
            json.WriteNumberValue(0);
            return;
        }

        var whole = Math.Max(weight + 1, 1) * DigitsOfGroup;
        var buffer = ArrayPool<byte>.Shared.Rent(whole + scale + DigitsOfGroup + 2);
        var text = buffer.AsSpan();
        var length = 0;
        if (sign is Negative)
        {
            text[length++] = (byte)'-';
        }

        var start = length;
        for (var place = Math.Max((int)weight, 0); place >= 0; place--)
        {
            length += Digits(text[length..], Group(value, groups, weight - place));
        }

        // "0012" is 12, and "0000" is 0.
        var zeros = 0;
        while (zeros < length - start - 1 && text[start + zeros] is (byte)'0')
        {
            zeros++;
        }

        text[(start + zeros)..length].CopyTo(text[start..]);
        length -= zeros;
        if (scale > 0)
        {
            text[length++] = (byte)'.';
            var end = length + scale;
            for (var place = weight + 1; length < end; place++)
            {
                length += Digits(text[length..], Group(value, groups, place));
            }

            length = end;
        }

        json.WriteRawValue(text[..length], skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static int Group(ReadOnlySpan<byte> value, int groups, int place) =>
        place >= 0 && place < groups ? BinaryPrimitives.ReadInt16BigEndian(value[(8 + (2 * place))..]) : 0;

    private static int Digits(Span<byte> text, int group)
    {
        group.TryFormat(text, out var written, "0000", CultureInfo.InvariantCulture);
        return written;
    }
}
