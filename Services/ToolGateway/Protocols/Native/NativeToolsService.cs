using System.Text.Json;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.Tools.V1;
using ToolsBase = Runtime.Tools.V1.Tools.ToolsBase;

namespace Runtime.ToolGateway.Protocols.Native;

/// <summary><c>runtime.tools.v1.Tools</c>: parse, call, translate.</summary>
public sealed class NativeToolsService(ToolCatalogue catalogue, ToolInvoker invoker) : ToolsBase
{
    public override Task<ListToolsResponse> ListTools(ListToolsRequest request, ServerCallContext context)
    {
        var tools = catalogue.InToolset(request.Toolset) ?? throw new NotFoundException(
            $"There is no toolset '{request.Toolset}'. Fix: use one of {string.Join(", ", catalogue.ToolsetNames)}.", "TOOLSET_NOT_FOUND");
        return Task.FromResult(new ListToolsResponse { Tools = { tools.Select(ToProto) } });
    }

    public override Task<Tool> DescribeTool(DescribeToolRequest request, ServerCallContext context) => Task.FromResult(ToProto(Find(request.Name)));

    public override async Task<CallToolResponse> CallTool(CallToolRequest request, ServerCallContext context)
    {
        var tool = Find(request.Name);
        var result = await invoker.InvokeAsync(tool, ParseArguments(request.ArgumentsJson), context.CancellationToken);
        return new CallToolResponse { ResultJson = result.ToJson(), IsError = result.IsError };
    }

    private CataloguedTool Find(string name) => catalogue.Find(name) ?? throw new NotFoundException(
        $"There is no tool '{name}'. Fix: use one of {string.Join(", ", catalogue.All.Select(tool => tool.Name))}.", "TOOL_NOT_FOUND");

    private static JsonElement ParseArguments(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Length is 0 ? "{}" : json);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            // Only where it breaks: the text itself may hold what should not be repeated.
            throw new InvalidArgumentException(
                "arguments_json", $"not JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}", "a JSON object", error);
        }
    }

    private static Tool ToProto(CataloguedTool tool) => new()
    {
        Name = tool.Name,
        Title = tool.Description.Title,
        Description = tool.Description.Text,
        Toolset = tool.Toolset,
        InputSchemaJson = tool.InputSchemaJson,
        Effects = new()
        {
            ReadOnly = tool.Description.Effects.ReadOnly,
            Destructive = tool.Description.Effects.Destructive,
            Idempotent = tool.Description.Effects.Idempotent,
        },
    };
}
