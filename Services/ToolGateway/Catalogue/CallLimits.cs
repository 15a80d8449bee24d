using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>Lets a limited number of calls of each tool run at once, so that a slow tool does not take what the others need.</summary>
/// <remarks>Kept by name: a new catalogue does not forget the calls that still run.</remarks>
public sealed class CallLimits(IOptions<CallLimitOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ConcurrencyLimiter> _limiters = new(StringComparer.Ordinal);

    /// <summary>Gets how long a call of a tool may take.</summary>
    public TimeSpan DeadlineOf(ToolDescription tool) => tool.Deadline ?? options.Value.Deadline;

    /// <summary>Waits for a call's turn.</summary>
    /// <exception cref="UnavailableException">Too many are waiting already.</exception>
    public async ValueTask<RateLimitLease> EnterAsync(string tool, CancellationToken cancellationToken)
    {
        var limiter = _limiters.GetOrAdd(tool, static (_, limits) => new(new()
        {
            PermitLimit = limits.Concurrency,
            QueueLimit = limits.Queue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        }), options.Value);
        var lease = limiter.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            lease = await limiter.AcquireAsync(1, cancellationToken);
        }

        return lease.IsAcquired ? lease : throw new UnavailableException(
            $"Tool '{tool}' has {options.Value.Concurrency} calls running and {options.Value.Queue} waiting. Setting: {CallLimitOptions.Section}:Concurrency. "
            + "Fix: call it again later, or raise the setting together with the connections of its source.",
            RetryAfter,
            "TOOL_BUSY");
    }

    public void Dispose()
    {
        foreach (var limiter in _limiters.Values)
        {
            limiter.Dispose();
        }
    }
}
