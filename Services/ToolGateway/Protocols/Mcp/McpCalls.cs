using System.Text.Json;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary><c>tools/call</c>, the same whichever way the request came in and its answer goes out.</summary>
internal sealed class McpCalls(ToolInvoker invoker, ErrorTranslation errors, ApprovalState approvals)
{
    // What a tool without parameters is called with when the member is left out.
    private static readonly JsonElement NoArguments = JsonSerializer.SerializeToElement(new Dictionary<string, string>());

    /// <summary>Reads the parameters of a call.</summary>
    /// <returns>Null, or what is wrong with them.</returns>
    public RpcError? Read(JsonElement parameters, McpToolList tools, out McpCall call)
    {
        call = default;
        if (RpcMessage.TextIn(parameters, "name"u8) is not { } name)
        {
            return new(RpcError.InvalidParams, "\"params.name\" is not there, or not a string. Fix: send the name of a tool.");
        }

        if (tools.Find(name) is not { } tool)
        {
            return new(RpcError.InvalidParams, $"There is no tool '{name}'. Fix: use one of {string.Join(", ", tools.Tools.Select(tool => tool.Name))}.");
        }

        if (!parameters.TryGetProperty("arguments"u8, out var arguments) || arguments.ValueKind is JsonValueKind.Null)
        {
            arguments = NoArguments;
        }
        else if (arguments.ValueKind is not JsonValueKind.Object)
        {
            return new(RpcError.InvalidParams, $"\"params.arguments\" is an object, and {RpcMessage.Kind(arguments)} came.");
        }

        call = new(tool, arguments, parameters, McpCall.NoAnswers);
        if (approvals.Read(call) is not { } answers)
        {
            return new(RpcError.InvalidParams, "\"params.requestState\" is not of this call, or too old. Fix: call again without it.");
        }

        call = call with { Answers = answers };
        return null;
    }

    /// <summary>Makes a call.</summary>
    /// <param name="progress">Where progress goes; null where it cannot.</param>
    /// <param name="approver">Asks the person while the call runs; null where that needs another request.</param>
    public async Task<McpCallAnswer> RunAsync(
        McpCall call, McpCaller caller, Func<ToolProgress, CancellationToken, ValueTask>? progress, IApprover? approver, CancellationToken cancellationToken)
    {
        if (!caller.IsPerRequest || !McpCaller.CanAsk(RpcMessage.ObjectIn(call.Parameters, "_meta"u8)))
        {
            return new(call.Tool, await InvokeAsync(call, caller.Context(progress, approver), cancellationToken), Question: null);
        }

        using var suspended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var later = new LaterApprover(call);
        var running = InvokeAsync(call, caller.Context(progress, later), suspended.Token);
        if (await Task.WhenAny(running, later.Asked) == running)
        {
            return new(call.Tool, await running, Question: null);
        }

        // Nothing is kept meanwhile: the client sends the whole call again, with the answer.
        await suspended.CancelAsync();
        await running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var question = await later.Asked;
        return new(call.Tool, Result: null, new(question, approvals.Issue(call, question)));
    }

    private async Task<ToolResult> InvokeAsync(McpCall call, CallContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await invoker.InvokeAsync(call.Tool, call.Arguments, context, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // MCP has no status for "ask the operator": the model reads it, and can tell its person.
            return ToolResult.Failed(errors.Explain(error));
        }
    }
}

/// <summary>A call that can be made.</summary>
/// <param name="Answers">What the person said to which question, when the call was sent before.</param>
internal readonly record struct McpCall(CataloguedTool Tool, JsonElement Arguments, JsonElement Parameters, IReadOnlyDictionary<string, bool> Answers)
{
    public static readonly IReadOnlyDictionary<string, bool> NoAnswers = new Dictionary<string, bool>();
}

/// <summary>What came of a call: a result, or a question to the person first.</summary>
internal sealed record McpCallAnswer(CataloguedTool Tool, ToolResult? Result, McpQuestion? Question)
{
    public int ExpectedBytes => Result is null ? 1024 : (Result.Utf8.Length * 9 / 4) + 64;

    public void Write(Utf8JsonWriter json, string version)
    {
        if (Question is { } question)
        {
            question.Write(json);
            return;
        }

        if (McpVersion.IsPerRequest(version))
        {
            json.WriteString("resultType"u8, "complete"u8);
        }

        McpToolJson.WriteResult(json, Tool, Result!, version);
    }
}
