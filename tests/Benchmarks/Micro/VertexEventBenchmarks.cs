using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Google.Cloud.AIPlatform.V1Beta1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Runtime.Benchmarks.Sessions;
using Runtime.SessionService.Vertex;
using Runtime.SessionService.Wire;
using Runtime.Storage.Events;

namespace Runtime.Benchmarks.Micro;

/// <summary>The Vertex API has other messages than the native one. The difference has to be small beside what an event costs anyway.</summary>
[MemoryDiagnoser]
public class VertexEventBenchmarks
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] _session = "projects/p/locations/europe-west4/reasoningEngines/4711/sessions/0123456789"u8.ToArray();

    private readonly WireBuffer _buffer = new();
    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private byte[] _fieldsMessage = [];
    private byte[] _rawMessage = [];
    private Storage.SessionEvent _fieldsEvent = null!;
    private Storage.SessionEvent _rawEvent = null!;
    private Storage.SessionEvent _nativeEvent = null!;
    private EventHeader _header = new();

    [GlobalSetup]
    public void MakeEvents()
    {
        using var native = JsonDocument.Parse(BenchEvent.Json);
        var message = new SessionEvent
        {
            Author = BenchEvent.Author,
            InvocationId = BenchEvent.InvocationId,
            Timestamp = Timestamp.FromDateTimeOffset(_now),
            Content = JsonParser.Default.Parse<Content>(native.RootElement.GetProperty("content").GetRawText()),
            EventMetadata = new()
            {
                CustomMetadata = Struct.Parser.ParseJson($$"""{"_usage_metadata":{{native.RootElement.GetProperty("usage_metadata").GetRawText()}}}"""),
            },
        };
        _fieldsMessage = message.ToByteArray();
        _fieldsEvent = Stored(VertexEvents.FromWire(_fieldsMessage, id: null, sessionScopeOnly: true, _now));

        _header = new() { Id = BenchEvent.NewId(), Timestamp = _now };
        _nativeEvent = Stored(EventJson.Prepare(BenchEvent.Json, _header, _now));
        _buffer.Clear();
        VertexEvents.WriteWire(_buffer, _nativeEvent, _session);
        message.RawEvent = SessionEvent.Parser.ParseFrom(_buffer.Written).RawEvent;
        _rawMessage = message.ToByteArray();
        _rawEvent = Stored(VertexEvents.FromWire(_rawMessage, id: null, sessionScopeOnly: true, _now));
    }

    [Benchmark(Baseline = true)]
    public PreparedEvent Prepare() => EventJson.Prepare(BenchEvent.Json, _header, _now);

    [Benchmark]
    public PreparedEvent ReadFields() => VertexEvents.FromWire(_fieldsMessage, id: null, sessionScopeOnly: true, _now);

    [Benchmark]
    public PreparedEvent ReadRaw() => VertexEvents.FromWire(_rawMessage, id: null, sessionScopeOnly: true, _now);

    [Benchmark]
    public int WriteFields() => Write(_fieldsEvent);

    [Benchmark]
    public int WriteRaw() => Write(_rawEvent);

    [Benchmark]
    public int WriteNative() => Write(_nativeEvent);

    [Benchmark]
    public int WriteNativeJson()
    {
        _json.ResetWrittenCount();
        using var writer = new Utf8JsonWriter(_json);
        VertexEvents.WriteJson(writer, _nativeEvent, "projects/p/locations/europe-west4/reasoningEngines/4711/sessions/0123456789");
        return _json.WrittenCount;
    }

    private static Storage.SessionEvent Stored(PreparedEvent prepared) =>
        StoredEvent.Read(prepared.Json, prepared.Id, prepared.InvocationId, prepared.Timestamp, revision: 1);

    private int Write(Storage.SessionEvent stored)
    {
        _buffer.Clear();
        VertexEvents.WriteWire(_buffer, stored, _session);
        return _buffer.Length;
    }
}
