using System.Collections.Concurrent;
using Runtime.Testing;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Tests;

/// <summary>A tool that works until it is cancelled, and a test that knows when it began and ended.</summary>
public sealed class HoldingToolset : IToolset
{
    private readonly ConcurrentDictionary<string, (TaskCompletionSource Begun, TaskCompletionSource Cancelled)> _calls = new(StringComparer.Ordinal);

    public HoldingToolset() => Tools = [new Hold(this)];

    public string Name => "holding";

    public IReadOnlyList<ITool> Tools { get; }

    /// <summary>Waits until the call with a key runs.</summary>
    public Task BegunAsync(string key, CancellationToken cancellationToken) => Of(key).Begun.Task.WaitAsync(TestTimeouts.Call, cancellationToken);

    /// <summary>Waits until the call with a key is cancelled.</summary>
    public Task CancelledAsync(string key, CancellationToken cancellationToken) => Of(key).Cancelled.Task.WaitAsync(TestTimeouts.Call, cancellationToken);

    public bool IsCancelled(string key) => Of(key).Cancelled.Task.IsCompleted;

    private (TaskCompletionSource Begun, TaskCompletionSource Cancelled) Of(string key) => _calls.GetOrAdd(
        key, _ => (new(TaskCreationOptions.RunContinuationsAsynchronously), new(TaskCreationOptions.RunContinuationsAsynchronously)));

    private sealed class Hold(HoldingToolset calls) : ITool
    {
        public ToolDescription Description { get; } =
            new("hold", "Hold", "Works until it is cancelled.", ToolEffects.Reads, [new("key", ParameterKind.String, "Names the call.") { Required = true }]);

        public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
        {
            var (begun, cancelled) = calls.Of(call.Arguments.Text("key"));
            begun.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                throw new InvalidOperationException("unreachable");
            }
            finally
            {
                cancelled.TrySetResult();
            }
        }
    }
}
