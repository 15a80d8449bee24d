using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Runtime.Storage;

/// <summary>Opaque page tokens: a few strings, safe in a URL.</summary>
internal static class PageToken
{
    public static string Encode(params string[] parts) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(parts, StorageJsonContext.Default.StringArray));

    /// <summary>Returns <see langword="null"/> for what is no token.</summary>
    public static string[]? TryDecode(string token)
    {
        try
        {
            var parts = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(token), StorageJsonContext.Default.StringArray);
            return parts is not null && parts.All(part => part is not null) ? parts : null;
        }
        catch (Exception error) when (error is FormatException or JsonException or DecoderFallbackException)
        {
            return null;
        }
    }

    public static bool TryTime(string ticks, out DateTimeOffset time)
    {
        var usable = long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= DateTimeOffset.MaxValue.UtcTicks;
        time = usable ? new(number, TimeSpan.Zero) : default;
        return usable;
    }

    /// <summary>A short word for what a list was asked by, so that a token is not taken for another list's.</summary>
    public static string Fingerprint(params string?[] parts) =>
        Base64Url.EncodeToString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts!, StorageJsonContext.Default.StringArray)).AsSpan(0, 9));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class StorageJsonContext : System.Text.Json.Serialization.JsonSerializerContext;
