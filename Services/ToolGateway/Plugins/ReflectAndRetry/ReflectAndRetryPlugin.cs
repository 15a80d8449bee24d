using System.Text.Json.Nodes;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins.ReflectAndRetry;

/// <summary>Answers a failure with what went wrong and how to go on, and counts: after a few failures in a row it is time to stop.</summary>
/// <remarks>
/// The shape is that of ADK's ReflectAndRetryToolPlugin. A gateway sees calls, not runs of an agent, so failures are counted by caller and tool,
/// and forgotten a while after the last. What the operator must correct passes: no retry of the model's can help.
/// </remarks>
public sealed class ReflectAndRetryPlugin(IOptions<ReflectAndRetryOptions> options) : IToolPlugin, IDisposable
{
    private const string ResponseType = "ERROR_HANDLED_BY_REFLECT_AND_RETRY_PLUGIN";
    private const int MostCounters = 10_000;

    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _failures = new(new MemoryCacheOptions { SizeLimit = MostCounters });

    public string Name => "reflect-and-retry";

    public bool IsEnabled => options.Value.Enabled;

    public ValueTask<ToolResult?> AfterAsync(ToolCall call, ToolResult result, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(result);

        if (result.ErrorCode is { } code)
        {
            return new(Reflect(call, code, (string?)result.ToJson()["error_details"] ?? code));
        }

        _failures.Remove(Key(call));
        return default;
    }

    /// <summary>Takes the failures that another attempt may not have: a deadline, a product that did not answer.</summary>
    public ValueTask<ToolResult?> OnErrorAsync(ToolCall call, Exception error, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (error is not (UnavailableException or DeadlineException or StaleException))
        {
            return default;
        }

        if (options.Value.ThrowWhenExceeded && Failures(call) >= options.Value.MaxRetries)
        {
            _failures.Remove(Key(call));
            return default;
        }

        return new(ToolResult.CorrectableByModel(((ServiceException)error).Reason, error.Message));
    }

    public void Dispose() => _failures.Dispose();

    private ToolResult? Reflect(ToolCall call, string code, string details)
    {
        var key = Key(call);
        var failures = Failures(call) + 1;
        _failures.Set(key, failures, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Memory });

        var exceeded = failures > options.Value.MaxRetries;
        if (exceeded && options.Value.ThrowWhenExceeded)
        {
            _failures.Remove(key);
            return null;
        }

        return ToolResult.Error(code, new JsonObject
        {
            ["response_type"] = ResponseType,
            ["error_type"] = code,
            ["error_details"] = details,
            ["retry_count"] = failures,
            ["reflection_guidance"] = exceeded
                ? $"Tool '{call.Tool.Name}' failed {failures} times in a row, more than the {options.Value.MaxRetries} retries that are allowed. Do not call it again for "
                    + "this purpose: try another tool or approach, or tell the person what failed and what was tried."
                : $"Attempt {failures} of {options.Value.MaxRetries} to call '{call.Tool.Name}' failed. Before the next one: read the error; check each argument against the "
                    + "schema and against what is known to exist; consider whether this is the right tool. Then call it with changed arguments, not the same ones.",
        });
    }

    private int Failures(ToolCall call) => _failures.TryGetValue(Key(call), out int failures) ? failures : 0;

    private static (string Caller, string Tool) Key(ToolCall call) => (call.Context.Caller, call.Tool.Name);
}
