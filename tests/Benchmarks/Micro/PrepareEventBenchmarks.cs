using BenchmarkDotNet.Attributes;
using Runtime.Benchmarks.Sessions;
using Runtime.Storage.Events;

namespace Runtime.Benchmarks.Micro;

/// <summary>Checking an event and bringing it to stored form is pure work in front of each append. It should stay in the microseconds.</summary>
[MemoryDiagnoser]
public class PrepareEventBenchmarks
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly EventHeader _header = new() { Id = BenchEvent.NewId(), Timestamp = _now };
    private string _json = "";

    /// <summary>Gets or sets how long the model's answer is, in characters.</summary>
    [Params(300, 30_000)]
    public int TextLength { get; set; }

    [GlobalSetup]
    public void MakeEvent() => _json = BenchEvent.Json.Replace("Your order", new string('x', TextLength - 300) + "Your order", StringComparison.Ordinal);

    [Benchmark]
    public PreparedEvent Prepare() => EventJson.Prepare(_json, _header, _now);
}
