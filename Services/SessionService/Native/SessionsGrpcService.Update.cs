using System.Collections.Frozen;
using Grpc.Core;
using Runtime.ServiceDefaults.Errors;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Runtime.Storage.State;
using Expiration = Runtime.Sessions.V1.UpdateSessionRequest.ExpirationOneofCase;

namespace Runtime.SessionService;

/// <summary>Changing a session without an event, by a field mask as https://google.aip.dev/134 has it.</summary>
internal sealed partial class SessionsGrpcService
{
    private const string StatePath = "state_delta_json";
    private const string NamePath = "display_name";
    private const string LabelsPath = "labels";
    private const string TtlPath = "ttl";
    private const string ExpiryPath = "expire_time";

    private static readonly FrozenSet<string> _paths = FrozenSet.Create(StringComparer.Ordinal, StatePath, NamePath, LabelsPath, TtlPath, ExpiryPath);

    public override async Task<Sessions.V1.Session> UpdateSession(UpdateSessionRequest request, ServerCallContext context)
    {
        var key = SessionKey.Parse(request.AppName, request.UserId, request.SessionId);
        RequireSize(StatePath, request.StateDeltaJson);
        var named = Mask(request);
        var update = new SessionUpdate
        {
            State = named.Contains(StatePath) ? ScopedState.Parse(request.StateDeltaJson, StatePath) : ScopedState.Empty,
            DisplayName = named.Contains(NamePath) ? SessionLabels.ParseName(request.DisplayName, NamePath) : null,
            Labels = named.Contains(LabelsPath) ? SessionLabels.Parse(request.Labels, LabelsPath) : null,
            Expiry = named.Contains(TtlPath) || named.Contains(ExpiryPath) ? Expiry(request) : null,
        };

        var outcome = await store.UpdateAsync(key, update, request.HasExpectedRevision ? request.ExpectedRevision : null, context.CancellationToken);
        return outcome is SessionUpdated updated ? updated.Session.ToMessage() : throw Refusal(key, request.ExpectedRevision, outcome);
    }

    private static IReadOnlySet<string> Mask(UpdateSessionRequest request)
    {
        var paths = request.UpdateMask?.Paths ?? [];
        if (paths.FirstOrDefault(path => path != "*" && !_paths.Contains(path)) is { } unknown)
        {
            throw new InvalidArgumentException("update_mask", unknown, $"{string.Join(", ", _paths.Order(StringComparer.Ordinal))} and *");
        }

        IReadOnlySet<string> named = paths.Contains("*") ? _paths : paths.Count > 0 ? paths.ToHashSet(StringComparer.Ordinal) : Populated(request);
        return named.Count > 0 ? named : throw new InvalidArgumentException("update_mask", came: null, "a change: no field is set, and no mask names one to clear");
    }

    private static HashSet<string> Populated(UpdateSessionRequest request)
    {
        var set = new HashSet<string>(StringComparer.Ordinal);
        Add(StatePath, request.StateDeltaJson.Length > 0);
        Add(NamePath, request.DisplayName.Length > 0);
        Add(LabelsPath, request.Labels.Count > 0);
        Add(ExpiryPath, request.ExpirationCase != Expiration.None);
        return set;

        void Add(string path, bool isSet)
        {
            if (isSet)
            {
                set.Add(path);
            }
        }
    }

    private SessionExpiry Expiry(UpdateSessionRequest request) => request.ExpirationCase switch
    {
        Expiration.Ttl => new(lifetimes.After(request.Ttl, TtlPath)),
        Expiration.ExpireTime => new(lifetimes.At(SessionMessages.ToTime(request.ExpireTime, ExpiryPath)!.Value, ExpiryPath)),
        _ => SessionExpiry.Never,
    };
}
