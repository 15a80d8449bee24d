using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Toolbox;

/// <summary>Writes the answers of the Toolbox protocol.</summary>
internal static class ToolboxAnswers
{
    private const string Json = "application/json";
    private const int LongestEscape = 6;

    // What a JSON string cannot hold as it is. A result is UTF-8 already, and never embedded in HTML.
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private static ReadOnlySpan<byte> Opening => """{"result":"""u8;

    private static ReadOnlySpan<byte> Truncated => ""","truncated":true"""u8;

    /// <summary>Writes <c>{"result": "text"}</c>: the text is the rows where the result is rows, <c>{"error": "…"}</c> where the model can correct the call, else the whole object.</summary>
    public static Task WriteAsync(HttpResponse response, ToolResult result)
    {
        if (result.IsError)
        {
            var details = result.ToJson()["error_details"]?.ToString() ?? result.ErrorCode!;
            return WriteTextAsync(response, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["error"] = details }, ToolResult.Json), truncated: false);
        }

        return result.Rows is { } rows
            ? WriteTextAsync(response, result.Utf8[rows.Array].Span, rows.Truncated)
            : WriteTextAsync(response, result.Utf8.Span, truncated: false);
    }

    /// <summary>Writes a manifest.</summary>
    public static Task WriteAsync(HttpResponse response, byte[] manifest)
    {
        response.ContentType = Json;
        response.ContentLength = manifest.Length;
        return response.BodyWriter.WriteAsync(manifest).AsTask();
    }

    /// <summary>Writes <c>{"status", "error"}</c>.</summary>
    public static Task RefuseAsync(HttpResponse response, int status, string error)
    {
        response.StatusCode = status;
        return WriteAsync(response, JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["status"] = ReasonPhrases.GetReasonPhrase(status), ["error"] = error }, ToolResult.Json));
    }

    /// <summary>Writes what the operator has to act on.</summary>
    public static Task RefuseAsync(HttpResponse response, ServiceException error)
    {
        if (error is UnavailableException unavailable)
        {
            response.Headers.RetryAfter = Math.Ceiling(unavailable.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return RefuseAsync(response, ErrorMapping.ToHttpStatus(error.Status), error.Message);
    }

    private static Task<FlushResult> WriteTextAsync(HttpResponse response, ReadOnlySpan<byte> text, bool truncated)
    {
        response.ContentType = Json;
        response.ContentLength = Opening.Length + 1 + EscapedLength(text) + 1 + (truncated ? Truncated.Length : 0) + 1;
        var body = response.BodyWriter;
        body.Write(Opening);
        body.Write("\""u8);
        WriteEscaped(body, text);
        body.Write("\""u8);
        if (truncated)
        {
            body.Write(Truncated);
        }

        body.Write("}"u8);
        return body.FlushAsync().AsTask();
    }

    private static long EscapedLength(ReadOnlySpan<byte> text)
    {
        long length = text.Length;
        for (int place; (place = text.IndexOfAny(Escaped)) >= 0; text = text[(place + 1)..])
        {
            length += text[place] < ' ' ? LongestEscape - 1 : 1;
        }

        return length;
    }

    private static void WriteEscaped(PipeWriter body, ReadOnlySpan<byte> text)
    {
        for (int place; (place = text.IndexOfAny(Escaped)) >= 0; text = text[(place + 1)..])
        {
            body.Write(text[..place]);
            var escape = body.GetSpan(LongestEscape);
            escape[0] = (byte)'\\';
            if (text[place] < ' ')
            {
                "u00"u8.CopyTo(escape[1..]);
                text[place].TryFormat(escape[4..], out _, "x2", CultureInfo.InvariantCulture);
                body.Advance(LongestEscape);
            }
            else
            {
                escape[1] = text[place];
                body.Advance(2);
            }
        }

        body.Write(text);
    }
}
