using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Plugins.RateLimit;

/// <summary>Lets each caller call each tool only so often.</summary>
/// <remarks>A caller is a remote address, and each process counts by itself: with replicas the limit is multiplied by their number.</remarks>
public sealed class RateLimitPlugin : IToolPlugin, IDisposable
{
    private const int Segments = 8;

    private readonly RateLimitOptions _options;
    private readonly PartitionedRateLimiter<(string Caller, string Tool)> _limiter;

    public RateLimitPlugin(IOptions<RateLimitOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);

        _options = options.Value;
        _limiter = PartitionedRateLimiter.Create<(string Caller, string Tool), (string Caller, string Tool)>(
            key => RateLimitPartition.GetSlidingWindowLimiter(key, _ => new()
            {
                PermitLimit = _options.Calls,
                Window = _options.Window,
                SegmentsPerWindow = Segments,
            }));
    }

    public string Name => "rate-limit";

    public bool IsEnabled => _options.Enabled;

    /// <exception cref="LimitExceededException">The caller has used up its calls of this window.</exception>
    public ValueTask<ToolResult?> BeforeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);

        using var lease = _limiter.AttemptAcquire((call.Context.Caller, call.Tool.Name));
        return lease.IsAcquired ? default : throw new LimitExceededException(
            $"Tool '{call.Tool.Name}' was called more than {_options.Calls} times in {_options.Window.TotalSeconds:0} s from this address. "
            + $"Setting: {RateLimitOptions.Section}:Calls. Fix: call it again later, or raise the setting.",
            "RATE_LIMITED");
    }

    public void Dispose() => _limiter.Dispose();
}
