using System.Runtime.InteropServices;
using System.Text.Json;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Finds what is JSON by its grammar and no text: an escape of half a surrogate pair, as in <c>"\ud800"</c>. No database stores it.</summary>
internal static class UnpairedSurrogates
{
    /// <summary>Returns whether a string or a member's name has one, at any depth.</summary>
    public static bool In(JsonElement value)
    {
        var json = JsonMarshal.GetRawUtf8Value(value);
        return (json.IndexOf("\\ud"u8) >= 0 || json.IndexOf("\\uD"u8) >= 0) && !IsText(value);
    }

    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.Object => value.EnumerateObject().All(member => member.Name is not null && IsText(member.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
