using Microsoft.Extensions.DependencyInjection;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>The tools that the conformance suite calls, as far as tools of the gateway can do what they shall do.</summary>
public sealed class ConformanceToolset(IServiceProvider services) : IToolset
{
    public string Name => "conformance";

    public IReadOnlyList<ITool> Tools { get; } =
    [
        new Fixed("test_simple_text", ToolResult.Success(("results", "This is a simple text response for testing."))),
        new Fixed("test_logging_tool", ToolResult.Success()),
        new Fixed("test_error_handling", ToolResult.CorrectableByModel("TEST", "This tool intentionally returns an error for testing")),
        new Progress(),
        new Change(services),
        new Ask("test_elicitation", "Go on?"),
        new Ask("test_streaming_elicitation", "Go on?"),
        new Ask("test_input_required_result_elicitation", "Go on?"),
        new Ask("test_input_required_result_request_state", "Go on?"),
        new Ask("test_input_required_result_tampered_state", "Go on?"),
        new Ask("test_input_required_result_multi_round", "Go on?", "Really?"),
    ];

    private sealed class Fixed(string name, ToolResult result) : ITool
    {
        public ToolDescription Description { get; } = new(name, name, "Returns always the same.", ToolEffects.Reads, []);

        public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) => Task.FromResult(result);
    }

    private sealed class Progress : ITool
    {
        public ToolDescription Description { get; } = new("test_tool_with_progress", "Progress", "Reports progress.", ToolEffects.Reads, []);

        public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            foreach (var done in (int[])[0, 50, 100])
            {
                await call.ReportAsync(new(done, Total: 100, $"{done} %"), cancellationToken);
            }

            return ToolResult.Success();
        }
    }

    /// <summary>Puts the same tools in place of the tools, which clients hear of.</summary>
    private sealed class Change(IServiceProvider services) : ITool
    {
        public ToolDescription Description { get; } = new("test_trigger_tool_change", "Change", "Changes the catalogue.", ToolEffects.Reads, []);

        public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            services.GetRequiredService<LiveCatalogue>().Replace(new(services.GetServices<IToolset>(), DeclaredTools.None));
            return Task.FromResult(ToolResult.Success());
        }
    }

    private sealed class Ask(string name, params IReadOnlyList<string> questions) : ITool
    {
        public ToolDescription Description { get; } =
            new(name, "Ask", "Asks the person.", ToolEffects.Reads, [new("message", ParameterKind.String, "What to ask.")]);

        public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            if (call.Context.Approver is not { } approver)
            {
                return ToolResult.CorrectableByModel("NOBODY_TO_ASK", "The client cannot ask a person.");
            }

            var approved = true;
            foreach (var question in questions)
            {
                approved &= await approver.ApproveAsync(question, cancellationToken);
            }

            return ToolResult.Success(("approved", approved));
        }
    }
}
