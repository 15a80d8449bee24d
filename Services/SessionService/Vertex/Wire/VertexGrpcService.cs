using Google.Cloud.AIPlatform.V1Beta1;
using Google.LongRunning;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.SessionService.Vertex.Wire;

/// <summary>The Vertex AI Sessions API over gRPC, both versions. Each method parses, calls <see cref="VertexSessions"/> and says its answer.</summary>
internal sealed class VertexGrpcService(VertexSessions sessions, SessionOperations operations, TimeProvider time)
{
    public async Task<Operation> CreateSession(CreateSessionRequest request, ServerCallContext context)
    {
        var engine = EngineName.Parse(request.Parent, "parent");
        var input = SessionMessage.ToInput(request.Session ?? new());
        var session = await sessions.CreateAsync(engine, request.SessionId, input, context.CancellationToken);
        return OperationMessage.Of(operations.Done(OperationKind.Create, Version(context), new(engine, session.Key.Id)), session);
    }

    public async Task<Session> GetSession(GetSessionRequest request, ServerCallContext context)
    {
        var name = SessionName.Parse(request.Name, "name");
        return SessionMessage.Of(await sessions.GetAsync(name, context.CancellationToken), name.Engine);
    }

    public async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        var engine = EngineName.Parse(request.Parent, "parent");
        var (page, next) = await sessions.ListAsync(
            engine, new(request.PageSize, request.PageToken, request.Filter, request.OrderBy), context.CancellationToken);
        return new() { Sessions = { page.Select(session => SessionMessage.Of(session, engine)) }, NextPageToken = next };
    }

    public async Task<Session> UpdateSession(UpdateSessionRequest request, ServerCallContext context)
    {
        var message = request.Session ?? throw new InvalidArgumentException("session", came: null, "a session with its name");
        var name = SessionName.Parse(message.Name, "session.name");
        var paths = (IReadOnlyCollection<string>?)request.UpdateMask?.Paths ?? [];
        return SessionMessage.Of(await sessions.UpdateAsync(name, SessionMessage.ToInput(message), paths, context.CancellationToken), name.Engine);
    }

    public async Task<Operation> DeleteSession(DeleteSessionRequest request, ServerCallContext context)
    {
        var name = SessionName.Parse(request.Name, "name");
        await sessions.DeleteAsync(name, context.CancellationToken);
        return OperationMessage.Of(operations.Done(OperationKind.Delete, Version(context), name), session: null);
    }

    public async Task<ListEventsAnswer> ListEvents(ListEventsRequest request, ServerCallContext context)
    {
        var name = SessionName.Parse(request.Parent, "parent");
        var (events, next) = await sessions.ListEventsAsync(
            name, new(request.PageSize, request.PageToken, request.Filter, request.OrderBy), context.CancellationToken);
        return new(name.ToString(), events, next);
    }

    public async Task<AppendEventResponse> AppendEvent(AppendEventCall request, ServerCallContext context)
    {
        var name = SessionName.Parse(request.Name, "name");
        if (request.Event.IsEmpty)
        {
            throw new InvalidArgumentException("event", came: null, "an event with author, invocation_id and timestamp");
        }

        var now = time.GetUtcNow();
        await sessions.AppendAsync(
            name, id => VertexEvents.FromWire(request.Event.Span, id, sessions.SessionScopeOnly, now), context.CancellationToken);
        return new();
    }

    // "/google.cloud.aiplatform.v1beta1.SessionService/CreateSession"
    private static string Version(ServerCallContext context) => context.Method.Split('.')[3];
}
