using System.Text.Json;
using System.Text.Unicode;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Reads JSON that anyone may have sent.</summary>
internal static class JsonText
{
    /// <summary>Parses a text in which every string can be read as text.</summary>
    /// <returns>The document, whose memory is the text's; null where it is not JSON, with what is wrong.</returns>
    /// <remarks>The parser alone leaves bytes that are not UTF-8, and halves of surrogate pairs, to whoever reads the string, who then fails.</remarks>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> text, out string problem)
    {
        problem = "";
        if (!Utf8.IsValid(text.Span))
        {
            problem = "The text is not UTF-8.";
            return null;
        }

        try
        {
            if (text.Span.IndexOf("\\u"u8) >= 0)
            {
                ReadEveryString(text.Span);
            }

            return JsonDocument.Parse(text);
        }
        catch (JsonException error)
        {
            problem = error.Message;
        }
        catch (InvalidOperationException)
        {
            problem = "A string has half of a surrogate pair.";
        }

        return null;
    }

    private static void ReadEveryString(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }
}
