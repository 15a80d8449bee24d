using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Sqlite;

public sealed partial class SqliteSessionStore
{
    public async Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return await AppendBatchAsync(key, [offered], expectedRevision, cancellationToken) switch
        {
            BatchAppended { Places: [{ Already: true } place] } => new AlreadyAppended(place.Revision, place.Timestamp),
            BatchAppended { Places: [var place] } => new Appended(place.Revision),
            var outcome => outcome,
        };
    }

    public Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return WriteAsync(link => Append(link, key, offered, expectedRevision), cancellationToken);
    }

    private WriteOutcome Append(SqliteLink link, SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision)
    {
        if (RevisionOf(link, key) is not { } revision)
        {
            return new SessionMissing();
        }

        var places = new EventPlace[offered.Count];
        var fresh = new List<PreparedEvent>(offered.Count);
        for (var index = 0; index < offered.Count; index++)
        {
            var added = offered[index];
            using var present = link.Prepare(SqliteSql.Event).Bind(key).Bind(4, added.Id);
            if (!present.Read())
            {
                fresh.Add(added);
                places[index] = new(revision + fresh.Count, added.Timestamp, Already: false);
            }
            else if (EventIn(present, link.Layout!) is var stored && added.SameAs(stored))
            {
                places[index] = new(stored.Revision, stored.Timestamp, Already: true);
            }
            else
            {
                return new EventIdTaken(added.Id);
            }
        }

        if (fresh.Count == 0)
        {
            return new BatchAppended(places);
        }

        if (expectedRevision is { } expected && expected != revision)
        {
            return new RevisionConflict(revision);
        }

        foreach (var added in fresh)
        {
            Insert(link, key, added, ++revision);
        }

        Advance(link, key, fresh.Count == 1 ? fresh[0].Delta : ScopedState.Join(fresh.Select(added => added.Delta)), fresh[^1].Timestamp, revision);
        return new BatchAppended(places);
    }

    private long? RevisionOf(SqliteLink link, SessionKey key)
    {
        using var row = link.Prepare(SqliteSql.Revision).Bind(key).Bind(4, Now());
        return row.Read() ? row.Long(0) : null;
    }

    private static void Insert(SqliteLink link, SessionKey key, PreparedEvent added, long revision)
    {
        var layout = link.Layout!;
        link.Prepare(SqliteSql.InsertEvent).Bind(key).Bind(4, added.Id).Bind(5, added.InvocationId)
            .Bind(6, layout.Column(added.Timestamp)).Bind(7, layout.Rest(added.Timestamp)).Bind(8, revision)
            .Bind(9, added.JsonIn(layout.EventUnit).Span)
            .Execute();
    }

    /// <summary>Brings a session to a revision and a time, and applies a change of state.</summary>
    private void Advance(SqliteLink link, SessionKey key, ScopedState delta, DateTimeOffset time, long revision, bool replace = false)
    {
        var state = replace ? Whole(delta.Session)
            : delta.Session.Count == 0 ? null
            : Merged(link.Prepare(SqliteSql.SessionState).Bind(key), delta.Session);
        link.Prepare(SqliteSql.AdvanceSession).Bind(key).Bind(4, link.Layout!.Column(time)).Bind(5, revision).Bind(6, state).Execute();
        PutScopes(link, key, delta, time);
    }

    private void PutScopes(SqliteLink link, SessionKey key, ScopedState delta, DateTimeOffset time)
    {
        var column = link.Layout!.Column(time);
        if (delta.App.Count > 0)
        {
            var state = Merged(link.Prepare(SqliteSql.AppState).Bind(1, key.App), delta.App);
            link.Prepare(SqliteSql.PutAppState).Bind(1, key.App).Bind(2, state).Bind(3, column).Execute();
        }

        if (delta.User.Count > 0)
        {
            var state = Merged(link.Prepare(SqliteSql.UserState).Bind(1, key.App).Bind(2, key.User), delta.User);
            link.Prepare(SqliteSql.PutUserState).Bind(1, key.App).Bind(2, key.User).Bind(3, state).Bind(4, column).Execute();
        }
    }
}
