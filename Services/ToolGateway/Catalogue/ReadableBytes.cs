using System.Text;
using Google.Protobuf;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Bytes as JSON can carry them: text where they are text, otherwise base64, and which of the two.</summary>
/// <param name="Encoding"><c>utf-8</c> or <c>base64</c>.</param>
public sealed record ReadableBytes(string Value, string Encoding)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public bool IsText => Encoding is "utf-8";

    /// <summary>Reads bytes as text when they are UTF-8.</summary>
    public static ReadableBytes FromText(ByteString bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        try
        {
            return new(Strict.GetString(bytes.Span), "utf-8");
        }
        catch (DecoderFallbackException)
        {
            return new(bytes.ToBase64(), "base64");
        }
    }

    /// <summary>Reads bytes as text when they are UTF-8 without control characters: eight bytes of a small counter are valid UTF-8, and not text.</summary>
    public static ReadableBytes FromData(ByteString bytes)
    {
        var text = FromText(bytes);
        return text.IsText && text.Value.Any(c => char.IsControl(c) && c is not '\t' and not '\n' and not '\r') ? new(bytes.ToBase64(), "base64") : text;
    }
}
