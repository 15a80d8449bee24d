using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Runtime.Benchmarks.Load;
using Runtime.Sessions.V1;
using SessionsClient = Runtime.Sessions.V1.Sessions.SessionsClient;

namespace Runtime.Benchmarks.Sessions;

/// <summary>The session service, or the bare one in its place, called over gRPC as any client would.</summary>
internal sealed class ServiceSubject : OperationSubject
{
    // One HTTP/2 connection has one reader and one writer; an agent's processes have several of them too.
    private const int Channels = 4;

    private readonly ServiceProcess _service;
    private readonly GrpcChannel[] _channels;
    private readonly SessionsClient[] _clients;
    private readonly Lazy<EventWriter> _writer;

    /// <summary>Calls a service.</summary>
    /// <param name="name">The name for tables.</param>
    /// <param name="service">Its process, which ends with this subject.</param>
    public ServiceSubject(string name, ServiceProcess service)
        : base(name)
    {
        _service = service;
        _channels = [.. Enumerable.Range(0, Channels).Select(_ => GrpcChannel.ForAddress(service.GrpcAddress))];
        _clients = [.. _channels.Select(channel => new SessionsClient(channel))];
        _writer = new(() => new(_clients[0]));
    }

    public override int? ProcessId => _service.Id;

    public static async Task<ServiceSubject> StartAsync(string sessionsAddress, IReadOnlyDictionary<string, string> variables, CancellationToken cancellationToken) =>
        new("service", await StartServiceAsync(sessionsAddress, variables, cancellationToken));

    /// <summary>Starts the service on a session database, with further variables of its environment.</summary>
    public static Task<ServiceProcess> StartServiceAsync(
        string sessionsAddress, IReadOnlyDictionary<string, string> variables, CancellationToken cancellationToken) =>
        ServiceProcess.StartAsync("SessionService", new Dictionary<string, string>(variables) { ["ConnectionStrings__sessions"] = sessionsAddress }, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (_writer.IsValueCreated)
        {
            await _writer.Value.DisposeAsync();
        }

        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        await _service.DisposeAsync();
    }

    protected override async Task CreateAsync(string app, string session, CancellationToken cancellationToken) => await _clients[0].CreateSessionAsync(
        new() { AppName = app, UserId = SessionCase.User, SessionId = session }, cancellationToken: cancellationToken);

    protected override async Task AppendAsync(int caller, string session, CancellationToken cancellationToken) =>
        await Client(caller).AppendEventAsync(NewAppend(session), cancellationToken: cancellationToken);

    protected override Task WriteAsync(int caller, string session, CancellationToken cancellationToken) => _writer.Value.AppendAsync(NewAppend(session));

    protected override async Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken)
    {
        var request = new GetSessionRequest { AppName = SessionCase.App, UserId = SessionCase.User, SessionId = session };
        if (recent is { } count)
        {
            request.NumRecentEvents = count;
        }

        return (await Client(caller).GetSessionAsync(request, cancellationToken: cancellationToken)).Events.Count;
    }

    protected override async Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken) => (await Client(caller).ListSessionsAsync(
        new() { AppName = app, PageSize = SessionCases.PageSize }, cancellationToken: cancellationToken)).Sessions.Count;

    private static AppendEventRequest NewAppend(string session) => new()
    {
        AppName = SessionCase.App,
        UserId = SessionCase.User,
        SessionId = session,
        Event = new() { Id = BenchEvent.NewId(), Timestamp = Timestamp.FromDateTime(DateTime.UtcNow), EventJson = BenchEvent.Json },
    };

    private SessionsClient Client(int caller) => _clients[caller % Channels];
}
