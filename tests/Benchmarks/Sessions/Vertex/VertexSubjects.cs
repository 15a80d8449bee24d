using Runtime.Benchmarks.Load;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Native = Runtime.Sessions.V1;

namespace Runtime.Benchmarks.Sessions.Vertex;

/// <summary>The Vertex AI Sessions API over gRPC.</summary>
internal sealed class VertexGrpcSubject(ServiceProcess service) : ApiSubject("Vertex API, gRPC", service, "bench-grpc")
{
    protected override Task AppendAsync(int caller, string session, CancellationToken cancellationToken) =>
        AppendByVertexAsync(caller, session, cancellationToken);

    protected override Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken) =>
        ListByVertexAsync(caller, session, cancellationToken);
}

/// <summary>The service's own API, asked for the same.</summary>
internal sealed class NativeSubject(ServiceProcess service) : ApiSubject("native API", service, "bench-native")
{
    private const string Api = "runtime.sessions.v1.Sessions";

    private static readonly Grpc.Core.Method<Native.AppendEventRequest, byte[]> _append = GrpcCalls.Method<Native.AppendEventRequest>(Api, "AppendEvent");
    private static readonly Grpc.Core.Method<Native.ListEventsRequest, byte[]> _list = GrpcCalls.Method<Native.ListEventsRequest>(Api, "ListEvents");

    // Without an id, as the other API has none: the service makes it.
    protected override Task AppendAsync(int caller, string session, CancellationToken cancellationToken) => Calls.AskAsync(
        caller,
        _append,
        new()
        {
            AppName = Engine,
            UserId = SessionCase.User,
            SessionId = session,
            Event = new() { Timestamp = Timestamp.FromDateTime(DateTime.UtcNow), EventJson = BenchEvent.Json },
        },
        cancellationToken);

    protected override async Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken) => CountEvents(
        await Calls.AskAsync(
            caller,
            _list,
            new() { AppName = Engine, UserId = SessionCase.User, SessionId = session, PageSize = VertexCases.PageSize },
            cancellationToken));
}

/// <summary>The Vertex AI Sessions API over REST, HTTP/1.1.</summary>
internal sealed class VertexRestSubject(ServiceProcess service) : ApiSubject("Vertex API, REST", service, "bench-rest")
{
    private static readonly string _event = JsonFormatter.Default.Format(VertexBenchEvent.Message)[..^1];

    private readonly HttpClient _client = new() { BaseAddress = new Uri(service.HttpAddress) };

    public override bool Does(Operation operation) => operation == Operation.Append;

    public override async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await base.DisposeAsync();
    }

    protected override async Task AppendAsync(int caller, string session, CancellationToken cancellationToken)
    {
        var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        using var body = new StringContent($$"""{{_event}},"timestamp":"{{time}}"}""", Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(new Uri($"v1beta1/{SessionName(session)}:appendEvent", UriKind.Relative), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    protected override Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Only appends are measured over REST.");
}
