using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Runtime.SessionService.Wire;

/// <summary>What JSON strings stand for.</summary>
internal static class JsonText
{
    private const long LongestDuration = 315_576_000_000;

    /// <summary>The text of the string or name that the reader stands on, without escapes.</summary>
    public static ReadOnlySpan<byte> Utf8(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        var text = new byte[reader.ValueSpan.Length];
        return text.AsSpan(0, Unescape(ref reader, text));
    }

    /// <summary>Writes the text of the string that the reader stands on; it is never longer than with its escapes.</summary>
    public static int Unescape(scoped ref Utf8JsonReader reader, Span<byte> text)
    {
        try
        {
            return reader.CopyString(text);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, "\ud83d". No writer of events makes it; a row corrected by hand may have it.
            return Encoding.UTF8.GetBytes(Unescaped(Encoding.UTF8.GetString(reader.ValueSpan)), text);
        }
    }

    /// <summary>Decodes base64 of either alphabet, padded or not.</summary>
    /// <returns>The bytes, or <see langword="null"/> where the text is no base64.</returns>
    public static byte[]? Base64(ReadOnlySpan<byte> text)
    {
        var trimmed = text.TrimEnd((byte)'=');
        var chars = new byte[(trimmed.Length + 3) / 4 * 4];
        for (var i = 0; i < chars.Length; i++)
        {
            chars[i] = i >= trimmed.Length ? (byte)'=' : trimmed[i] switch
            {
                (byte)'-' => (byte)'+',
                (byte)'_' => (byte)'/',
                var other => other,
            };
        }

        // The decoder skips white space, which is no base64 of this kind.
        var decoded = new byte[Base64Length(chars.Length)];
        return !trimmed.ContainsAny(" \t\r\n"u8)
            && System.Buffers.Text.Base64.DecodeFromUtf8(chars, decoded, out var read, out var written) == OperationStatus.Done && read == chars.Length
            ? decoded[..written]
            : null;

        static int Base64Length(int length) => System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(length);
    }

    /// <summary>Reads a duration of proto3 JSON, <c>-1.5s</c>.</summary>
    public static bool TryDuration(ReadOnlySpan<byte> text, out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        if (text.Length < 2 || text[^1] != 's'
            || !Utf8Parser.TryParse(text[..^1], out decimal value, out var consumed) || consumed != text.Length - 1 || Math.Abs(value) > LongestDuration)
        {
            return false;
        }

        seconds = (long)value;
        nanos = (int)((value - seconds) * 1_000_000_000);
        return true;
    }

    /// <summary>Tells whether a message is a duration that JSON can say.</summary>
    public static bool IsDuration(long seconds, int nanos) =>
        seconds is >= -LongestDuration and <= LongestDuration && nanos is > -1_000_000_000 and < 1_000_000_000
        && Math.Sign(seconds) * Math.Sign(nanos) >= 0;

    public static string NotFinite(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    public static string Duration(long seconds, int nanos)
    {
        var value = seconds + (nanos / 1_000_000_000m);
        var digits = nanos switch
        {
            0 => "0",
            _ when nanos % 1_000_000 == 0 => "0.000",
            _ when nanos % 1000 == 0 => "0.000000",
            _ => "0.000000000",
        };
        return value.ToString(digits, CultureInfo.InvariantCulture) + "s";
    }

    private static string Unescaped(string escaped)
    {
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\')
            {
                text.Append(escaped[i]);
                continue;
            }

            i++;
            if (escaped[i] == 'u')
            {
                text.Append((char)ushort.Parse(escaped.AsSpan(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                text.Append(escaped[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other });
            }
        }

        return text.ToString();
    }
}
