using System.Text.Json;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>Tools without anything behind them.</summary>
public sealed class FakeToolset : IToolset
{
    public string Name => "fake";

    public IReadOnlyList<ITool> Tools { get; } = [new Echo(), new Fail()];

    private sealed class Echo : ITool
    {
        public ToolDescription Description { get; } = new(
            "echo",
            "Echo",
            "Returns what came.",
            new ToolEffects(ReadOnly: true, Destructive: false, Idempotent: true),
            [
                new("text", ParameterKind.Text, "Any text.") { Required = true, NotEmpty = true },
                new("times", ParameterKind.WholeNumber, "How often.") { Default = 1, Range = (1, 3) },
                new("loud", ParameterKind.YesNo, "In capitals."),
                new("tags", ParameterKind.TextList, "Some tags."),
                new("labels", ParameterKind.TextMap, "Some labels."),
            ]);

        public Task<ToolResult> InvokeAsync(ToolArguments arguments, CancellationToken cancellationToken)
        {
            var text = arguments.IsTrue("loud") ? arguments.Text("text").ToUpperInvariant() : arguments.Text("text");
            return Task.FromResult(ToolResult.Success(
                ("results", string.Join(' ', Enumerable.Repeat(text, arguments.Number("times")))),
                ("tags", arguments.TextList("tags").Count),
                ("labels", JsonSerializer.SerializeToNode(arguments.TextMap("labels")))));
        }
    }

    private sealed class Fail : ITool
    {
        public ToolDescription Description { get; } =
            new("fail", "Fail", "Fails.", new ToolEffects(ReadOnly: false, Destructive: true, Idempotent: false), []);

        public Task<ToolResult> InvokeAsync(ToolArguments arguments, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a secret detail");
    }
}
