using Grpc.Core;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Watching.</summary>
internal sealed partial class SessionsGrpcService
{
    public override Task WatchSessions(WatchSessionsRequest request, IServerStreamWriter<WatchSessionsResponse> responseStream, ServerCallContext context)
    {
        // The parts of a key, with a stand-in where all sessions of the user are watched.
        var key = SessionKey.Parse(request.AppName, request.UserId, string.IsNullOrWhiteSpace(request.SessionId) ? "-" : request.SessionId);
        var id = string.IsNullOrWhiteSpace(request.SessionId) ? null : key.Id;
        return watching.WatchAsync(key.App, key.User, id, request.Known?.Revisions.AsReadOnly(), responseStream, context.CancellationToken);
    }
}
