using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Runtime.Storage;

/// <summary>The place of one session in a list, so that the next page starts behind it however many rows came or went before it.</summary>
/// <param name="Order">The order that the place is in.</param>
/// <param name="Filter">The user that the list is limited to; <see langword="null"/> for all users.</param>
/// <param name="UpdateTime">The update time of the last session seen.</param>
/// <param name="User">Its user.</param>
/// <param name="Id">Its id.</param>
public sealed record SessionCursor(SessionOrder Order, string? Filter, DateTimeOffset UpdateTime, string User, string Id)
{
    /// <summary>Writes the cursor as an opaque page token, safe in a URL.</summary>
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
        [((int)Order).ToString(System.Globalization.CultureInfo.InvariantCulture), Filter, UpdateTime.ToString("O"), User, Id],
        StorageJsonContext.Default.StringArray));

    /// <summary>Reads a page token; an empty one is the first page.</summary>
    /// <exception cref="InvalidInputException">The token was not made by <see cref="Encode"/>, or for another order or user.</exception>
    public static SessionCursor? Decode(string token, SessionOrder order, string? filter)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length == 0)
        {
            return null;
        }

        var cursor = TryDecode(token);
        return cursor is not null && cursor.Order == order && cursor.Filter == filter
            ? cursor
            : throw new InvalidInputException("page_token", token, "the next_page_token of a list with the same user and order");
    }

    private static SessionCursor? TryDecode(string token)
    {
        try
        {
            var parts = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(token), StorageJsonContext.Default.StringArray);
            return parts is [{ } order, var filter, { } time, { } user, { } id]
                && Enum.TryParse<SessionOrder>(order, out var parsedOrder)
                && DateTimeOffset.TryParseExact(time, "O", System.Globalization.CultureInfo.InvariantCulture, default, out var parsedTime)
                ? new(parsedOrder, filter, parsedTime, user, id)
                : null;
        }
        catch (Exception error) when (error is FormatException or JsonException or DecoderFallbackException)
        {
            return null;
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class StorageJsonContext : System.Text.Json.Serialization.JsonSerializerContext;
