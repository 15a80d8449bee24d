using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Events of a session: deletion, rewind.</summary>
internal sealed partial class SessionsGrpcService
{
    public override async Task<DeleteEventResponse> DeleteEvent(DeleteEventRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        if (request.EventId.Length == 0)
        {
            throw new InvalidArgumentException("event_id", came: null, "the id of an event of the session");
        }

        var outcome = await store.DeleteEventAsync(
            key, request.EventId, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken);
        return outcome switch
        {
            EventDeleted deleted => new() { Revision = deleted.Revision },
            EventMissing => throw new NotFoundException($"Session '{key.Id}' has no event '{request.EventId}'. List its events for their ids.", "EVENT_NOT_FOUND"),
            _ => throw Refusal(key, request.ExpectedRevision, outcome),
        };
    }

    public override async Task<RewindSessionResponse> RewindSession(RewindSessionRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        if (request.RewindBeforeInvocationId.Length == 0)
        {
            throw new InvalidArgumentException("rewind_before_invocation_id", came: null, "the id of an invocation of the session");
        }

        var rewound = await rewinder.RewindAsync(
            key, request.RewindBeforeInvocationId, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken);
        return new()
        {
            Event = rewound.Event.ToMessage(),
            ChangedArtifacts =
            {
                rewound.Artifacts.Select(artifact =>
                {
                    var message = new RewindSessionResponse.Types.ChangedArtifact { Filename = artifact.Filename, CurrentVersion = artifact.Current };
                    if (artifact.Before is { } before)
                    {
                        message.VersionBefore = before;
                    }

                    return message;
                }),
            },
        };
    }
}
