using System.Net;
using System.Text.Json;

namespace Runtime.ToolGateway.DifferentialTests;

/// <summary>What came of a call, whichever protocol brought it: rows, or a text that says what is wrong with the call, or a failure with a status of its own.</summary>
public sealed record Answer(HttpStatusCode Status, JsonElement? Rows, string? Error)
{
    /// <summary>Rows, as JSON.</summary>
    public static Answer Of(string rows) => new(HttpStatusCode.OK, JsonElement.Parse(rows), null);

    /// <summary>A refusal that a model reads.</summary>
    public static Answer Refused() => new(HttpStatusCode.OK, null, "");

    /// <summary>A failure with a status.</summary>
    public static Answer Failed(HttpStatusCode status) => new(status, null, "");

    /// <summary>Reads <c>{"result": "text with JSON"}</c>, where a tool's own problem is <c>{"error": "…"}</c> in the text, or <c>{"status", "error"}</c>.</summary>
    public static Answer OfHttp(HttpStatusCode status, string body)
    {
        if (status != HttpStatusCode.OK)
        {
            return new(status, null, body.Length > 0 ? JsonElement.Parse(body).GetProperty("error").GetString() : "");
        }

        var result = JsonElement.Parse(JsonElement.Parse(body).GetProperty("result").GetString()!);
        return result.ValueKind is JsonValueKind.Object && result.TryGetProperty("error", out var error)
            ? new(status, null, error.GetString())
            : new(status, result, null);
    }

    /// <summary>Reads the result of <c>tools/call</c>: a text part a row, or one with the array; or an error of JSON-RPC.</summary>
    public static Answer OfMcp(HttpStatusCode status, JsonElement message)
    {
        if (message.TryGetProperty("error", out var failure))
        {
            return new(status, null, failure.GetProperty("message").GetString());
        }

        var result = message.GetProperty("result");
        var parts = result.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("text").GetString()!).ToArray();
        if (result.TryGetProperty("isError", out var isError) && isError.GetBoolean())
        {
            return new(status, null, string.Join('\n', parts));
        }

        try
        {
            var rows = parts is [var single] && single.StartsWith('[') ? single : $"[{string.Join(',', parts)}]";
            return new(status, JsonElement.Parse(rows), null);
        }
        catch (JsonException)
        {
            // What cannot be written as JSON is told in words, and not as an error.
            return new(status, null, string.Join('\n', parts));
        }
    }

    public override string ToString() => Rows is { } rows ? $"{(int)Status} {rows.GetRawText()}" : $"{(int)Status} error: {Error}";
}
