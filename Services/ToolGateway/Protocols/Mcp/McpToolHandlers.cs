using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary><c>tools/list</c> and <c>tools/call</c> over the catalogue, or over one toolset of it.</summary>
internal sealed class McpToolHandlers(LiveCatalogue catalogue, ToolInvoker invoker, ErrorTranslation errors)
{
    /// <summary>Makes a server answer for a toolset; null for all tools.</summary>
    public void Serve(McpServerOptions options, string? toolset, HttpContext http)
    {
        var caller = CallContexts.Of(http, "mcp");
        var tools = catalogue.Current.InToolset(toolset) ?? [];
        options.Handlers.ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. tools.Select(ToMcp)] });
        options.Handlers.CallToolHandler = (request, cancellationToken) => request.Params is { } call
            ? CallAsync(tools, call, caller, cancellationToken)
            : throw new McpProtocolException("tools/call came without params. Fix: send params with name and arguments.", McpErrorCode.InvalidParams);
    }

    private async ValueTask<CallToolResult> CallAsync(
        IReadOnlyList<CataloguedTool> tools, CallToolRequestParams call, CallContext caller, CancellationToken cancellationToken)
    {
        var tool = tools.FirstOrDefault(tool => tool.Name == call.Name) ?? throw new McpProtocolException(
            $"There is no tool '{call.Name}'. Fix: use one of {string.Join(", ", tools.Select(tool => tool.Name))}.", McpErrorCode.InvalidParams);
        try
        {
            var arguments = JsonSerializer.SerializeToElement(call.Arguments ?? new Dictionary<string, JsonElement>());
            return ToMcp(await invoker.InvokeAsync(tool, arguments, caller, cancellationToken));
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // MCP has no status for "ask the operator": the model reads it, and can tell its person.
            return ToMcp(ToolResult.Failed(errors.Explain(error)));
        }
    }

    private static CallToolResult ToMcp(ToolResult result) => new()
    {
        Content = [new TextContentBlock { Text = result.ToString() }],
        StructuredContent = JsonSerializer.Deserialize<JsonElement>(result.Utf8.Span),
        IsError = result.IsError,
    };

    private static Tool ToMcp(CataloguedTool tool)
    {
        using var schema = JsonDocument.Parse(tool.InputSchemaJson);
        return new()
        {
            Name = tool.Name,
            Title = tool.Description.Title,
            Description = tool.Description.Text,
            InputSchema = schema.RootElement.Clone(),
            Annotations = new()
            {
                Title = tool.Description.Title,
                ReadOnlyHint = tool.Description.Effects.ReadOnly,
                DestructiveHint = tool.Description.Effects.Destructive,
                IdempotentHint = tool.Description.Effects.Idempotent,
                // Every tool acts on a product outside the gateway, but on named resources, not on an open world of them.
                OpenWorldHint = false,
            },
        };
    }
}
