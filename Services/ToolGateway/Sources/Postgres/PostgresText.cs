using System.Text;
using System.Text.Json;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>Values of calls as PostgreSQL's input functions read them.</summary>
internal static class PostgresText
{
    /// <summary>Returns a value as text; null for NULL. An array is an array literal, an object JSON.</summary>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => Append(new(), value).ToString(),
        _ => value.GetRawText(),
    };

    private static StringBuilder Append(StringBuilder text, JsonElement array)
    {
        var separator = '{';
        foreach (var item in array.EnumerateArray())
        {
            text.Append(separator);
            separator = ',';
            if (item.ValueKind is JsonValueKind.Array)
            {
                Append(text, item);
            }
            else if (Of(item) is { } value)
            {
                text.Append('"').Append(value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                text.Append("NULL");
            }
        }

        return (separator is '{' ? text.Append('{') : text).Append('}');
    }
}
