using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The JSON of tools and of their results, written in this one place whichever way it goes out.</summary>
internal static class McpToolJson
{
    // Read by programs and models, never embedded in HTML. What is written here is well formed by construction.
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a tool as an item of a list.</summary>
    public static byte[] Describe(CataloguedTool tool, McpToolDialect dialect)
    {
        var description = tool.Description;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Writing))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, tool.Name);
            json.WriteString("title"u8, description.Title);
            json.WriteString("description"u8, description.Text);
            json.WritePropertyName("inputSchema"u8);
            json.WriteRawValue(dialect is McpToolDialect.Toolbox ? WithTokenParameters(description) : tool.InputSchemaJson, skipInputValidation: true);
            if (tool.OutputSchemaJson is { } output)
            {
                json.WritePropertyName("outputSchema"u8);
                json.WriteRawValue(output, skipInputValidation: true);
            }

            json.WriteStartObject("annotations"u8);
            json.WriteString("title"u8, description.Title);
            json.WriteBoolean("readOnlyHint"u8, description.Effects.ReadOnly);
            json.WriteBoolean("destructiveHint"u8, description.Effects.Destructive);
            json.WriteBoolean("idempotentHint"u8, description.Effects.Idempotent);
            json.WriteBoolean("openWorldHint"u8, description.Effects.OpenWorld);
            json.WriteEndObject();
            WriteTokens(json, description, dialect);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Writes the members of a call's result: rows as one text each, anything else as one text.</summary>
    public static void WriteResult(Utf8JsonWriter json, CataloguedTool tool, ToolResult result, string version)
    {
        var whole = result.Utf8.Span;
        json.WriteStartArray("content"u8);
        if (result.Rows is { Alone: true, Truncated: false, Items.Count: > 0 } rows)
        {
            foreach (var row in rows.Items)
            {
                WriteText(json, whole[row]);
            }
        }
        else if (result.Rows is { Alone: true, Truncated: false } none)
        {
            WriteText(json, whole[none.Array]);
        }
        else
        {
            // Rows that are not all of them are never told apart from the flag that says so.
            WriteText(json, whole);
        }

        json.WriteEndArray();
        // Clients hold structure against the tool's schema even where it is an error, which has another.
        if (McpVersion.HasStructuredContent(version) && !(result.IsError && tool.OutputSchemaJson is not null))
        {
            json.WritePropertyName("structuredContent"u8);
            json.WriteRawValue(whole, skipInputValidation: true);
        }

        if (result.IsError)
        {
            json.WriteBoolean("isError"u8, true);
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private static void WriteTokens(Utf8JsonWriter json, ToolDescription description, McpToolDialect dialect)
    {
        var hidden = description.Parameters.Where(parameter => !parameter.IsShown).ToArray();
        if (description.AuthRequired.Count is 0 && hidden.Length is 0)
        {
            return;
        }

        var prefix = dialect is McpToolDialect.Handshake ? "toolbox" : "com.google.cloud";
        json.WriteStartObject("_meta"u8);
        // Who does not see the parameters of tokens sends a token only for services that the call itself names.
        var services = dialect is McpToolDialect.Toolbox
            ? description.AuthRequired
            : [.. description.AuthRequired.Union(hidden.SelectMany(parameter => parameter.AuthServices).Select(source => source.Service))];
        if (services.Count > 0)
        {
            json.WriteStartArray($"{prefix}/authInvoke");
            foreach (var service in services)
            {
                json.WriteStringValue(service);
            }

            json.WriteEndArray();
        }

        if (hidden.Length > 0)
        {
            json.WriteStartObject($"{prefix}/authParam");
            foreach (var parameter in hidden)
            {
                json.WriteStartArray(parameter.Name);
                foreach (var source in parameter.AuthServices)
                {
                    json.WriteStringValue(source.Service);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string WithTokenParameters(ToolDescription description)
    {
        var schema = description.InputSchema();
        foreach (var parameter in description.Parameters.Where(parameter => !parameter.IsShown))
        {
            ((JsonObject)schema["properties"]!)[parameter.Name] = parameter.Schema();
        }

        return schema.ToJsonString(ToolResult.Json);
    }
}
