using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ToolGateway.Catalogue;
using Runtime.ToolGateway.Sources.Http;

namespace Runtime.ToolGateway.Kinds.Http;

/// <summary>A tool that sends a request.</summary>
/// <remarks>
/// A value cannot end its place: in the path it adds no query and leads to no folder above, in a JSON body it is one value, or text inside the
/// quotes around it.
/// </remarks>
internal sealed class HttpTool(
    ToolDescription description, HttpSource source, HttpMethod method, HttpToolSettings settings, ValueTemplate path, ValueTemplate body,
    int pathCount, int queryCount, int headerCount, ResultLimitOptions limits) : ITool
{
    private readonly bool _isJson = settings.RequestBody.TrimStart() is ['{' or '[', ..];

    public ToolDescription Description { get; } = description;

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (path.Render(call.Arguments, PathValue, out var refused) is not { } place || AddressOf(place, call.Arguments) is not { } address)
        {
            return Refuse(call, Math.Max(refused, 0), "text without '..' between slashes");
        }

        using var request = new HttpRequestMessage(method, address);
        if (settings.RequestBody.Length > 0)
        {
            if (body.Render(call.Arguments, BodyValue, out refused) is not { } content)
            {
                return Refuse(call, refused, "one JSON value");
            }

            request.Content = new StringContent(content, Encoding.UTF8, _isJson ? "application/json" : "text/plain");
        }

        foreach (var (name, value) in source.Headers.Concat(settings.Headers))
        {
            Set(request, name, value);
        }

        for (var index = call.Arguments.Parameters.Count - headerCount; index < call.Arguments.Parameters.Count; index++)
        {
            var value = call.Arguments[index];
            if (value.ValueKind is JsonValueKind.String && !Set(request, call.Arguments.Parameters[index].Name, value.GetString()!))
            {
                return Refuse(call, index, "text of one line");
            }
        }

        var (answer, refusal) = await source.SendAsync(request, cancellationToken);
        return refusal is null ? await ResultAsync(call, answer, cancellationToken) : ToolResult.CorrectableByModel("HTTP_STATUS", refusal);
    }

    private static bool Set(HttpRequestMessage request, string name, string value)
    {
        // What describes the body is kept apart from the other headers there.
        if (request.Content is { } content && content.Headers.NonValidated.Contains(name))
        {
            content.Headers.Remove(name);
        }

        // Asked first: to remove a header from where it cannot be is an error.
        if (request.Headers.NonValidated.Contains(name))
        {
            request.Headers.Remove(name);
        }

        return !value.AsSpan().ContainsAny('\r', '\n', '\0') && (request.Headers.TryAddWithoutValidation(name, value) || request.Content?.Headers.TryAddWithoutValidation(name, value) is true);
    }

    private static ToolResult Refuse(ToolCall call, int index, string allowed) => ToolResult.CorrectableByModel(
        "INVALID_ARGUMENT", ArgumentValidator.Refuse(call.Arguments.Parameters[index].Name, call.Arguments[index], allowed));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => "",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    /// <summary>Behind a question mark a value is data of the query; before it, it may have slashes unless it is to be one segment.</summary>
    private static string? PathValue(string before, JsonElement value, string function)
    {
        var text = Text(value);
        return function is "queryEscape" || before.Contains('?', StringComparison.Ordinal) || function is "pathEscape"
            ? Uri.EscapeDataString(text)
            : string.Join('/', text.Split('/').Select(Uri.EscapeDataString));
    }

    private string? BodyValue(string before, JsonElement value, string function)
    {
        var json = value.ValueKind is JsonValueKind.Undefined ? "null" : value.GetRawText();
        if (!_isJson)
        {
            return function is "json" ? json : Text(value);
        }

        if (IsInString(before))
        {
            return function is "json" ? JsonEncodedText.Encode(json).ToString() : JsonEncodedText.Encode(Text(value)).ToString();
        }

        if (value.ValueKind is not JsonValueKind.String || function is "json")
        {
            return json;
        }

        // Without quotes around it, a text has to be a value by itself.
        try
        {
            using var document = JsonDocument.Parse(value.GetString()!);
            return document.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsInString(string json)
    {
        var inside = false;
        for (var place = 0; place < json.Length; place++)
        {
            if (json[place] is '\\')
            {
                place++;
            }
            else if (json[place] is '"')
            {
                inside = !inside;
            }
        }

        return inside;
    }

    private Uri? AddressOf(string place, ToolArguments arguments)
    {
        var question = place.IndexOf('?', StringComparison.Ordinal);
        var (folder, query) = question < 0 ? (place, "") : (place[..question], place[(question + 1)..]);
        // "%2e%2e" is ".." to many servers.
        if (folder.Split('/').Any(segment => Uri.UnescapeDataString(segment) is ".." or "."))
        {
            return null;
        }

        var parts = query.Split('&', StringSplitOptions.RemoveEmptyEntries).ToList();
        parts.AddRange(source.QueryParams.Select(part => $"{Uri.EscapeDataString(part.Key)}={Uri.EscapeDataString(part.Value)}"));
        for (var index = pathCount; index < pathCount + queryCount; index++)
        {
            if (arguments.Has(index))
            {
                parts.Add($"{Uri.EscapeDataString(arguments.Parameters[index].Name)}={Uri.EscapeDataString(Text(arguments[index]))}");
            }
        }

        return source.Resolve(parts.Count is 0 ? folder : $"{folder}?{string.Join('&', parts)}");
    }

    /// <summary>An object is the result as it is, a list is rows, anything else <c>{"result": value}</c>.</summary>
    private async Task<ToolResult> ResultAsync(ToolCall call, byte[] answer, CancellationToken cancellationToken)
    {
        JsonNode? content;
        try
        {
            content = JsonNode.Parse(answer);
        }
        catch (JsonException)
        {
            content = Encoding.UTF8.GetString(answer);
        }

        if (content is JsonArray list)
        {
            using var rows = call.Rows(RowsShape.Declared);
            foreach (var item in list)
            {
                var json = rows.BeginRow();
                if (item is null)
                {
                    json.WriteNullValue();
                }
                else
                {
                    item.WriteTo(json);
                }

                if (!await rows.EndRowAsync(cancellationToken))
                {
                    break;
                }
            }

            return rows.Complete();
        }

        return answer.Length > limits.MaxBytes
            ? ToolResult.CorrectableByModel("RESULT_TOO_LARGE", $"The answer has {answer.Length} bytes. Allowed: {limits.MaxBytes}. Ask for less.")
            : ToolResult.Of(content as JsonObject ?? new JsonObject { ["result"] = content });
    }
}
