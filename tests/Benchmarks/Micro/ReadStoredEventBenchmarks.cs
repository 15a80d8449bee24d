using System.Text;
using BenchmarkDotNet.Attributes;
using Runtime.Benchmarks.Sessions;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.Benchmarks.Micro;

/// <summary>Turning a row into an event is done a thousand times for one read of a long session.</summary>
[MemoryDiagnoser]
public class ReadStoredEventBenchmarks
{
    private static readonly DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _id = BenchEvent.NewId();
    private byte[] _stored = [];

    [GlobalSetup]
    public void MakeRow() => _stored = Encoding.UTF8.GetBytes(BenchEvent.Stored(_id, "1767225600000"));

    [Benchmark]
    public SessionEvent Read() => StoredEvent.Read(_stored, _id, BenchEvent.InvocationId, _time, revision: 1);
}
