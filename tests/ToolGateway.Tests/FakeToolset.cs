using System.Text.Json;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>Tools without anything behind them.</summary>
public sealed class FakeToolset : IToolset
{
    public string Name => "fake";

    public IReadOnlyList<ITool> Tools { get; } = [new Count(), new Echo(), new Fail(), new Wait()];

    private sealed class Echo : ITool
    {
        public ToolDescription Description { get; } = new(
            "echo",
            "Echo",
            "Returns what came.",
            new ToolEffects(ReadOnly: true, Destructive: false, Idempotent: true),
            [
                new("text", ParameterKind.String, "Any text.") { Required = true, NotEmpty = true },
                new("times", ParameterKind.Integer, "How often.") { Default = 1, Minimum = 1, Maximum = 3 },
                new("loud", ParameterKind.Boolean, "In capitals."),
                ToolParameter.TextList("tags", "Some tags."),
                ToolParameter.TextMap("labels", "Some labels."),
            ]);

        public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            var text = call.Arguments.IsTrue("loud") ? call.Arguments.Text("text").ToUpperInvariant() : call.Arguments.Text("text");
            return Task.FromResult(ToolResult.Success(
                ("results", string.Join(' ', Enumerable.Repeat(text, call.Arguments.Number("times")))),
                ("tags", call.Arguments.TextList("tags").Count),
                ("labels", JsonSerializer.SerializeToNode(call.Arguments.TextMap("labels")))));
        }
    }

    private sealed class Fail : ITool
    {
        public ToolDescription Description { get; } =
            new("fail", "Fail", "Fails.", new ToolEffects(ReadOnly: false, Destructive: true, Idempotent: false), []);

        public Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a secret detail");
    }

    /// <summary>Answers with as many rows as asked for.</summary>
    private sealed class Count : ITool
    {
        public ToolDescription Description { get; } = new(
            "count",
            "Count",
            "Returns rows.",
            ToolEffects.Reads,
            [new("to", ParameterKind.Integer, "How many rows.") { Required = true, Minimum = 0, Maximum = 1_000_000 }])
        {
            OutputSchema = new() { ["type"] = "object" },
        };

        public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            using var rows = call.Rows(RowsShape.Declared);
            for (var number = 1; number <= call.Arguments.Number("to"); number++)
            {
                var json = rows.BeginRow();
                json.WriteStartObject();
                json.WriteNumber("n", number);
                json.WriteEndObject();
                if (!await rows.EndRowAsync(cancellationToken))
                {
                    break;
                }
            }

            return rows.Complete();
        }
    }

    /// <summary>Waits until it is cancelled.</summary>
    private sealed class Wait : ITool
    {
        public ToolDescription Description { get; } =
            new("wait", "Wait", "Waits.", ToolEffects.Reads, []) { Deadline = TimeSpan.FromMilliseconds(200) };

        public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("unreachable");
        }
    }
}
