using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Runtime.Sessions.V1;
using Runtime.Storage;
using Change = Runtime.Sessions.V1.WatchSessionsResponse.ChangeOneofCase;

namespace Runtime.SessionService.Watch;

/// <summary>One open stream: brings what comes in into the order of revisions, fills gaps from the database, and sends each change once.</summary>
internal sealed class WatchStream(
    WatchInbox inbox, ISessionStore store, SessionCatchUp catchUp, WatchOptions options, TimeProvider time, IServerStreamWriter<WatchSessionsResponse> responses)
{
    // Two writers of this process may report in the wrong order; a gap that is still there after so long is another process's change, and one
    // that is still there after the longer time is no matter of order, however much else comes in.
    private static readonly TimeSpan _grace = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan _longGrace = TimeSpan.FromMilliseconds(500);

    // As a revision: how far the session has come, or whether it is there at all, is not known.
    private const long ByNewRead = long.MaxValue;

    // How far the client has been told, by session id.
    private readonly Dictionary<string, long> _told = new(StringComparer.Ordinal);

    // When the sessions were created whose creation the client was told.
    private readonly Dictionary<string, Timestamp> _created = new(StringComparer.Ordinal);

    // What came before its turn, and the revisions that sessions are known to have come to, where that is more than the client was told.
    private readonly List<SessionChange> _early = [];
    private readonly Dictionary<string, long> _gaps = new(StringComparer.Ordinal);
    private long _gapSince;
    private long _lastSent;
    private bool _ended;

    /// <summary>Says that the watch is on, catches up with what the client does not know, and goes on until the call ends.</summary>
    /// <param name="known">What the client has; <see langword="null"/> watches from now on.</param>
    public async Task RunAsync(IReadOnlyDictionary<string, long>? known, CancellationToken cancellationToken)
    {
        await BeginAsync(known, cancellationToken);
        while (!_ended)
        {
            if (await inbox.WaitAsync(Left(), cancellationToken))
            {
                await TellAsync(inbox.Take(), cancellationToken);
            }

            if (_gaps.Count > 0 && time.GetElapsedTime(_gapSince) is var waited && (waited >= _longGrace || (waited >= _grace && inbox.IsEmpty)))
            {
                await CloseGapsAsync(cancellationToken);
            }

            if (time.GetElapsedTime(_lastSent) >= options.KeepAlive)
            {
                await SendAsync(new() { KeepAlive = new() }, cancellationToken);
            }
        }
    }

    private TimeSpan Left()
    {
        var left = _gaps.Count > 0 ? _grace - time.GetElapsedTime(_gapSince) : options.KeepAlive - time.GetElapsedTime(_lastSent);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task BeginAsync(IReadOnlyDictionary<string, long>? known, CancellationToken cancellationToken)
    {
        var heads = await ReadHeadsAsync(cancellationToken);
        if (heads.Count == 0 && known is null && inbox.SessionId is { } missing)
        {
            throw SessionFailures.Missing(new(inbox.Owner.App, inbox.Owner.User, missing));
        }

        var watching = new WatchSessionsResponse.Types.Watching();
        foreach (var head in heads)
        {
            watching.Revisions[head.Id] = head.Revision;
        }

        foreach (var (id, revision) in known ?? heads.ToDictionary(head => head.Id, head => head.Revision))
        {
            _told[id] = revision;
        }

        await SendAsync(new() { Watching = watching, Revision = heads is [var only] && inbox.SessionId is not null ? only.Revision : 0 }, cancellationToken);
        await FollowAsync(heads, atOnce: true, cancellationToken);
    }

    private async Task TellAsync(WatchInbox.Content content, CancellationToken cancellationToken)
    {
        if (content.Behind)
        {
            await FollowAsync(await ReadHeadsAsync(cancellationToken), atOnce: true, cancellationToken);
        }

        foreach (var change in content.Changes)
        {
            await TellAsync(change, cancellationToken);
        }

        if (content.Heads is { } heads)
        {
            await FollowAsync(heads, atOnce: false, cancellationToken);
        }
    }

    private async Task TellAsync(SessionChange change, CancellationToken cancellationToken)
    {
        var isTold = _told.TryGetValue(change.SessionId, out var told);
        switch (change.Kind)
        {
            case Change.None when change.Revision == SessionSignal.Described:
                await TellDescriptionAsync(change.SessionId, cancellationToken);
                break;
            case Change.None when change.Revision == SessionSignal.Deleted && isTold:
                await FollowAsync(change.SessionId, wanted: null, cancellationToken);
                break;
            case Change.None when change.Revision >= 0 && (!isTold || change.Revision > told):
                await FollowAsync(change.SessionId, change.Revision, cancellationToken);
                break;
            case Change.None:
                break;

            case Change.Deleted when isTold:
                await EndAsync(change, cancellationToken);
                break;
            case Change.Deleted:
                break;

            // A read overtook the report of the creation that it found.
            case Change.Created when isTold && _created.TryGetValue(change.SessionId, out var created) && created.Equals(change.Message!.Created.CreateTime):
                break;

            // At 0 it is the creation that the stream began with.
            case Change.Created when !isTold || told > 0:
                if (isTold)
                {
                    await EndAsync(SessionChange.Deleted(KeyOf(change.SessionId)), cancellationToken);
                }

                await SendAsync(change, 0, cancellationToken);
                break;
            case Change.Created:
                break;

            case Change.Updated when change.Revision == SessionSignal.Described && isTold:
                await SendAsync(new() { SessionId = change.SessionId, Revision = told, Updated = change.Message!.Updated }, cancellationToken);
                break;

            case var _ when !isTold:
                await FollowAsync(change.SessionId, change.Revision, cancellationToken);
                break;
            case var _ when change.Revision == told + 1:
                await SendAsync(change, change.Revision, cancellationToken);
                await TellEarlyAsync(change.SessionId, cancellationToken);
                break;
            case var _ when change.Revision > told:
                _early.Add(change);
                NoteGap(change.SessionId, change.Revision);
                break;
            default:
                break;
        }
    }

    /// <summary>Sends what came before its turn and has it now.</summary>
    private async Task TellEarlyAsync(string id, CancellationToken cancellationToken)
    {
        while (_early.Count > 0 && _told.TryGetValue(id, out var told))
        {
            _early.RemoveAll(change => change.SessionId == id && change.Revision <= told);
            if (_early.Find(change => change.SessionId == id && change.Revision == told + 1) is not { } next)
            {
                return;
            }

            await SendAsync(next, next.Revision, cancellationToken);
        }
    }

    private void NoteGap(string id, long revision)
    {
        _gapSince = _gaps.Count > 0 ? _gapSince : time.GetTimestamp();
        _gaps[id] = Math.Max(_gaps.GetValueOrDefault(id), revision);
    }

    private async Task CloseGapsAsync(CancellationToken cancellationToken)
    {
        var gaps = _gaps.ToArray();
        _gaps.Clear();
        foreach (var (id, revision) in gaps.Where(gap => _told.TryGetValue(gap.Key, out var told) && told < gap.Value))
        {
            await FollowAsync(id, revision == ByNewRead ? null : revision, cancellationToken);
        }
    }

    private async Task FollowAsync(IReadOnlyList<SessionHead> heads, bool atOnce, CancellationToken cancellationToken)
    {
        foreach (var head in heads)
        {
            var isTold = _told.TryGetValue(head.Id, out var told);
            if (isTold && told != head.Revision && !atOnce)
            {
                // This process's own change may be on its way here. An answer that is behind may be an old one; only a new read can tell, and
                // not before what waits here is told: the read may find the session gone.
                NoteGap(head.Id, told < head.Revision ? head.Revision : ByNewRead);
            }
            else if (!isTold || told != head.Revision)
            {
                await FollowAsync(head.Id, told < head.Revision ? head.Revision : null, cancellationToken);
            }
        }

        if (heads.Count(head => _told.ContainsKey(head.Id)) == _told.Count)
        {
            return;
        }

        foreach (var gone in _told.Keys.Except(heads.Select(head => head.Id)).ToArray())
        {
            if (atOnce)
            {
                await FollowAsync(gone, wanted: null, cancellationToken);
            }
            else
            {
                NoteGap(gone, ByNewRead);
            }
        }
    }

    /// <summary>Reads one session's changes from the database and sends those that the client was not told.</summary>
    private async Task FollowAsync(string id, long? wanted, CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return;
        }

        var key = KeyOf(id);
        var isTold = _told.TryGetValue(id, out var told);
        if (await catchUp.ReadAsync(key, told, wanted, cancellationToken) is not { } missed)
        {
            if (isTold)
            {
                await EndAsync(SessionChange.Deleted(key), cancellationToken);
            }

            return;
        }

        if (isTold && missed.Replaced)
        {
            await EndAsync(SessionChange.Deleted(key), cancellationToken);
        }

        if (!_told.ContainsKey(id))
        {
            var session = missed.Session ?? await store.GetAsync(key, new EventWindow(0), cancellationToken);
            if (session is null || _ended)
            {
                return;
            }

            await SendAsync(SessionChange.Created(session), 0, cancellationToken);
        }

        foreach (var change in missed.Events)
        {
            await SendAsync(change, change.Revision, cancellationToken);
        }

        if (missed is { Otherwise: true, Session: { } now })
        {
            await SendAsync(SessionChange.Updated(now, missed.Revision), missed.Revision, cancellationToken);
        }

        _told[id] = missed.Revision;
        await TellEarlyAsync(id, cancellationToken);
    }

    private async Task TellDescriptionAsync(string id, CancellationToken cancellationToken)
    {
        if (_told.TryGetValue(id, out var told) && await store.GetAsync(KeyOf(id), new EventWindow(0), cancellationToken) is { } session)
        {
            await SendAsync(SessionChange.Updated(session, told), told, cancellationToken);
        }
    }

    private async Task EndAsync(SessionChange deleted, CancellationToken cancellationToken)
    {
        await SendAsync(deleted.Message!, cancellationToken);
        _told.Remove(deleted.SessionId);
        _created.Remove(deleted.SessionId);
        _early.RemoveAll(change => change.SessionId == deleted.SessionId);
        _gaps.Remove(deleted.SessionId);
        _ended = inbox.SessionId is not null;
    }

    private async Task SendAsync(SessionChange change, long told, CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return;
        }

        await SendAsync(change.Message!, cancellationToken);
        _told[change.SessionId] = told;
        if (change.Kind == Change.Created)
        {
            _created[change.SessionId] = change.Message!.Created.CreateTime;
        }

        if (_gaps.TryGetValue(change.SessionId, out var wanted) && wanted <= told)
        {
            _gaps.Remove(change.SessionId);
        }
    }

    private Task SendAsync(WatchSessionsResponse message, CancellationToken cancellationToken)
    {
        if (message.AppName.Length == 0)
        {
            (message.AppName, message.UserId) = inbox.Owner;
            message.SessionId = message.SessionId.Length > 0 ? message.SessionId : inbox.SessionId ?? "";
        }

        _lastSent = time.GetTimestamp();
        return responses.WriteAsync(message, cancellationToken);
    }

    private Task<IReadOnlyList<SessionHead>> ReadHeadsAsync(CancellationToken cancellationToken) =>
        store.ListHeadsAsync(inbox.Owner.App, inbox.Owner.User, inbox.SessionId, cancellationToken);

    private SessionKey KeyOf(string id) => new(inbox.Owner.App, inbox.Owner.User, id);
}
