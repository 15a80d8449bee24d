using System.Diagnostics;

namespace Runtime.Benchmarks.Load;

/// <summary>What one measurement saw.</summary>
/// <param name="Operations">How many operations finished.</param>
/// <param name="PerSecond">Finished operations a second, all callers together.</param>
/// <param name="P50">Milliseconds that half of the operations stayed below.</param>
/// <param name="P95">The same for 95 of 100.</param>
/// <param name="P99">The same for 99 of 100.</param>
internal sealed record Measurement(int Operations, double PerSecond, double P50, double P95, double P99)
{
    /// <summary>Gets the processor time of one operation on average, where it can be told.</summary>
    public ProcessorTime ProcessorTime { get; init; }

    /// <summary>Sums up the ticks of <see cref="Stopwatch"/> that each operation took.</summary>
    public static Measurement From(List<long> ticks, TimeSpan elapsed)
    {
        ticks.Sort();
        return new(ticks.Count, ticks.Count / elapsed.TotalSeconds, Milliseconds(0.50), Milliseconds(0.95), Milliseconds(0.99));

        double Milliseconds(double share) =>
            ticks.Count == 0 ? 0 : Stopwatch.GetElapsedTime(0, ticks[(int)(share * (ticks.Count - 1))]).TotalMilliseconds;
    }
}

/// <summary>The measurements of one thing over all rounds: the middle one, and how far the others lie from it.</summary>
/// <param name="Median">The measurement with the middle throughput.</param>
/// <param name="Slowest">The lowest throughput of all rounds.</param>
/// <param name="Fastest">The highest throughput of all rounds.</param>
internal sealed record Summary(Measurement Median, double Slowest, double Fastest)
{
    /// <summary>Gets the middle processor time of an operation, each part by itself.</summary>
    public ProcessorTime ProcessorTime { get; private init; }

    public static Summary Of(IReadOnlyCollection<Measurement> rounds)
    {
        Measurement[] ordered = [.. rounds.OrderBy(round => round.PerSecond)];
        return new(ordered[ordered.Length / 2], ordered[0].PerSecond, ordered[^1].PerSecond)
        {
            ProcessorTime = new(Middle(time => time.Client), Middle(time => time.Subject), Middle(time => time.Database)),
        };

        TimeSpan Middle(Func<ProcessorTime, TimeSpan> part) => rounds.Select(round => part(round.ProcessorTime)).Order().ElementAt(ordered.Length / 2);
    }
}
