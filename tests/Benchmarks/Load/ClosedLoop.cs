using System.Diagnostics;

namespace Runtime.Benchmarks.Load;

/// <summary>Callers that each start the next operation when the one before has finished.</summary>
internal static class ClosedLoop
{
    /// <param name="callers">How many callers there are at once.</param>
    /// <param name="duration">How long operations are begun.</param>
    /// <param name="operation">Does one operation for caller n, its m-th.</param>
    public static async Task<Measurement> RunAsync(int callers, TimeSpan duration, Func<int, int, Task> operation, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var ticks = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller), cancellationToken)));
        return Measurement.From([.. ticks.SelectMany(taken => taken)], Stopwatch.GetElapsedTime(start));

        async Task<List<long>> CallAsync(int caller)
        {
            var taken = new List<long>(16 * 1024);
            for (var turn = 0; ; turn++)
            {
                var before = Stopwatch.GetTimestamp();
                if (before >= end)
                {
                    return taken;
                }

                cancellationToken.ThrowIfCancellationRequested();
                await operation(caller, turn);
                taken.Add(Stopwatch.GetTimestamp() - before);
            }
        }
    }
}
