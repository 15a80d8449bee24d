using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins.Approval;

/// <summary>Asks a person before a destructive tool runs, and refuses where nobody can be asked.</summary>
public sealed class ApprovalPlugin(IOptions<ApprovalOptions> options, TimeProvider time) : IToolPlugin
{
    private const int LongestQuestion = 2000;

    public string Name => "approval";

    public bool IsEnabled => options.Value.Enabled;

    public async ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);

        var tool = call.Tool;
        if (!tool.Description.Effects.Destructive || options.Value.Trusted.Contains(tool.Name))
        {
            return null;
        }

        if (call.Context.Approver is not { } approver)
        {
            return ToolResult.CorrectableByModel(
                "APPROVAL_REQUIRED",
                $"Tool '{tool.Name}' may remove or overwrite something, so a person must approve the call, and this client cannot ask one. "
                + $"Fix: call it from an MCP client that supports elicitation, or have the operator add it to {ApprovalOptions.Section}:Trusted. Do not retry before that.");
        }

        using var late = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await approver.ApproveAsync(Question(call), either.Token)
                ? null
                : ToolResult.CorrectableByModel("APPROVAL_DECLINED", $"The person did not approve this call of '{tool.Name}'. Do not repeat it; ask the person what to do instead.");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ToolResult.CorrectableByModel(
                "APPROVAL_EXPIRED",
                $"Nobody answered in {options.Value.Timeout.TotalSeconds:0} s whether to call '{tool.Name}'. Setting: {ApprovalOptions.Section}:Timeout. Fix: ask the person, then call it again.");
        }
    }

    private static string Question(ToolCall call)
    {
        var buffer = new ResultBuffer();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ToolResult.Json.Encoder }))
        {
            call.Arguments.WriteTo(json);
        }

        var arguments = Encoding.UTF8.GetString(buffer.Written.Span);
        var shown = arguments.Length > LongestQuestion ? $"{arguments.AsSpan(0, LongestQuestion)}…" : arguments;
        return $"Allow the agent to call '{call.Tool.Name}' ({call.Tool.Description.Title}) with {shown}? It may remove or overwrite something.";
    }
}
