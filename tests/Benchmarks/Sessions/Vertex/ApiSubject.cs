using Google.Cloud.AIPlatform.V1Beta1;
using Google.Protobuf.WellKnownTypes;
using Runtime.Benchmarks.Load;
using Runtime.SessionService.Vertex;

namespace Runtime.Benchmarks.Sessions.Vertex;

/// <summary>One of the service's APIs, called from here. Each has sessions of its own, which all are made through the Vertex AI Sessions API.</summary>
/// <param name="name">The name for tables.</param>
/// <param name="service">The service; it is not this subject's to end.</param>
/// <param name="engine">The engine, and so the app, that holds the subject's sessions.</param>
internal abstract class ApiSubject(string name, ServiceProcess service, string engine) : OperationSubject(name)
{
    private const string Api = "google.cloud.aiplatform.v1beta1.SessionService";

    private static readonly Grpc.Core.Method<CreateSessionRequest, byte[]> _create = GrpcCalls.Method<CreateSessionRequest>(Api, "CreateSession");
    private static readonly Grpc.Core.Method<AppendEventRequest, byte[]> _append = GrpcCalls.Method<AppendEventRequest>(Api, "AppendEvent");
    private static readonly Grpc.Core.Method<ListEventsRequest, byte[]> _list = GrpcCalls.Method<ListEventsRequest>(Api, "ListEvents");

    private readonly GrpcCalls _calls = new(service.GrpcAddress);

    public override int? ProcessId => service.Id;

    public override ValueTask DisposeAsync()
    {
        _calls.Dispose();
        return ValueTask.CompletedTask;
    }

    protected string Engine => engine;

    protected GrpcCalls Calls => _calls;

    protected string SessionName(string session) => $"projects/bench/locations/europe-west4/reasoningEngines/{engine}/sessions/{session}";

    protected override Task CreateAsync(string app, string session, CancellationToken cancellationToken) => _calls.AskAsync(
        0,
        _create,
        new()
        {
            Parent = $"projects/bench/locations/europe-west4/reasoningEngines/{engine}",
            SessionId = session,
            Session = new() { UserId = SessionCase.User },
        },
        cancellationToken);

    // What is read must not depend on who reads it.
    protected override Task FillAsync(int caller, string session, CancellationToken cancellationToken) =>
        AppendByVertexAsync(caller, session, cancellationToken);

    protected override Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No case compares lists of sessions.");

    protected Task AppendByVertexAsync(int caller, string session, CancellationToken cancellationToken) => _calls.AskAsync(
        caller,
        _append,
        new()
        {
            Name = SessionName(session),
            Event = new(VertexBenchEvent.Message) { Timestamp = Timestamp.FromDateTime(DateTime.UtcNow) },
        },
        cancellationToken);

    protected async Task<int> ListByVertexAsync(int caller, string session, CancellationToken cancellationToken) => CountEvents(
        await _calls.AskAsync(caller, _list, new() { Parent = SessionName(session), PageSize = VertexCases.PageSize }, cancellationToken));

    /// <summary>Counts the events of either API's answer, in which they are field 1, without reading them.</summary>
    protected static int CountEvents(byte[] answer)
    {
        var count = 0;
        var reader = new WireReader(answer);
        while (reader.Next())
        {
            count += reader.Number == 1 ? 1 : 0;
            reader.Skip();
        }

        return count;
    }
}
