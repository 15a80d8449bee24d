using System.Text;
using System.Text.Json;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;
using Runtime.Tools.V1;
using ToolsBase = Runtime.Tools.V1.Tools.ToolsBase;

namespace Runtime.ToolGateway.Protocols.Native;

/// <summary><c>runtime.tools.v1.Tools</c>: parse, call, translate.</summary>
public sealed class NativeToolsService(LiveCatalogue catalogue, ToolInvoker invoker) : ToolsBase
{
    private const string Protocol = "grpc";

    public override Task<ListToolsResponse> ListTools(ListToolsRequest request, ServerCallContext context)
    {
        var current = catalogue.Current;
        var tools = current.InToolset(request.Toolset) ?? throw new NotFoundException(
            $"There is no toolset '{request.Toolset}'. Fix: use one of {string.Join(", ", current.ToolsetNames)}.", "TOOLSET_NOT_FOUND");
        return Task.FromResult(new ListToolsResponse { Tools = { tools.Select(ToProto) } });
    }

    public override Task<Tool> DescribeTool(DescribeToolRequest request, ServerCallContext context) => Task.FromResult(ToProto(Find(request.Name)));

    public override async Task<CallToolResponse> CallTool(CallToolRequest request, ServerCallContext context)
    {
        var tool = Find(request.Name);
        using var arguments = ParseArguments(request.ArgumentsJson);
        return ToProto(await invoker.InvokeAsync(tool, arguments.RootElement, CallContexts.Of(context.GetHttpContext(), Protocol), context.CancellationToken));
    }

    public override async Task CallToolStream(CallToolRequest request, IServerStreamWriter<CallToolStreamResponse> responseStream, ServerCallContext context)
    {
        var tool = Find(request.Name);
        using var arguments = ParseArguments(request.ArgumentsJson);
        var http = context.GetHttpContext();
        var caller = new CallContext
        {
            Protocol = Protocol,
            Header = CallContexts.HeaderOf(http),
            Caller = CallContexts.CallerOf(http),
            Progress = (progress, cancellationToken) => SendAsync(new() { Progress = ToProto(progress) }, cancellationToken),
            Partial = (rows, cancellationToken) => SendAsync(
                new() { Rows = new() { RowsJson = Encoding.UTF8.GetString(rows.Array.Span), Count = rows.Count } }, cancellationToken),
        };
        var result = await invoker.InvokeAsync(tool, arguments.RootElement, caller, context.CancellationToken);
        await SendAsync(new() { Result = ToProto(result) }, context.CancellationToken);

        async ValueTask SendAsync(CallToolStreamResponse message, CancellationToken cancellationToken) =>
            await responseStream.WriteAsync(message, cancellationToken);
    }

    private CataloguedTool Find(string name)
    {
        var current = catalogue.Current;
        return current.Find(name) ?? throw new NotFoundException(
            $"There is no tool '{name}'. Fix: use one of {string.Join(", ", current.All.Select(tool => tool.Name))}.", "TOOL_NOT_FOUND");
    }

    private static JsonDocument ParseArguments(string json)
    {
        try
        {
            return JsonDocument.Parse(json.Length is 0 ? "{}" : json);
        }
        catch (JsonException error)
        {
            // Only where it breaks: the text itself may hold what should not be repeated.
            throw new InvalidArgumentException(
                "arguments_json", $"not JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}", "a JSON object", error);
        }
    }

    private static CallToolResponse ToProto(ToolResult result) => new() { ResultJson = result.ToString(), IsError = result.IsError };

    private static CallProgress ToProto(ToolProgress progress)
    {
        var message = new CallProgress { Done = progress.Done, Message = progress.Message };
        if (progress.Total is { } total)
        {
            message.Total = total;
        }

        return message;
    }

    private static Tool ToProto(CataloguedTool tool) => new()
    {
        Name = tool.Name,
        Title = tool.Description.Title,
        Description = tool.Description.Text,
        Toolset = tool.Toolset,
        InputSchemaJson = tool.InputSchemaJson,
        OutputSchemaJson = tool.OutputSchemaJson ?? "",
        Effects = new()
        {
            ReadOnly = tool.Description.Effects.ReadOnly,
            Destructive = tool.Description.Effects.Destructive,
            Idempotent = tool.Description.Effects.Idempotent,
        },
    };
}
