namespace Runtime.Storage.Dialects.Sqlite;

public sealed partial class SqliteSessionStore
{
    private static readonly byte[] _emptyState = "{}"u8.ToArray();

    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return WriteAsync<CreateOutcome>(link => Create(link, key, session), cancellationToken);
    }

    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        return ChangeAsync(
            key, expectedRevision,
            (link, revision) =>
            {
                if (update.ChangesState)
                {
                    Advance(link, key, update.State, _time.GetUtcNow(), revision + 1, update.ReplaceSessionState);
                }

                if (update is not { DisplayName: null, Labels: null, Expiry: null })
                {
                    var change = link.Prepare(SqliteSql.DescribeSession).Bind(key).Bind(4, update.DisplayName).Bind(5, update.Labels?.ToJson());
                    (update.Expiry is { } expiry ? change.Bind(6, Expiry(expiry.Time)) : change).Execute();
                }

                // Also when it is just now made to expire.
                return new SessionUpdated(SessionAt(link, key, now: 0)!);
            },
            cancellationToken);
    }

    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken) => ChangeAsync(
        key, expectedRevision,
        (link, revision) =>
        {
            if (link.Prepare(SqliteSql.DeleteEvent).Bind(key).Bind(4, eventId).Execute() == 0)
            {
                return new EventMissing();
            }

            link.Prepare(SqliteSql.CountRevision).Bind(key).Execute();
            return new EventDeleted(revision + 1);
        },
        cancellationToken);

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => WriteAsync(
        link => RevisionOf(link, key) is not null && Delete(link, key), cancellationToken);

    public Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken) => WriteAsync<IReadOnlyList<SessionKey>>(
        link =>
        {
            var expired = new List<SessionKey>();
            using (var rows = link.Prepare(SqliteSql.Expired).Bind(1, Now()).Bind(2, limit))
            {
                while (rows.Read())
                {
                    expired.Add(new(rows.Text(0), rows.Text(1), rows.Text(2)));
                }
            }

            expired.ForEach(key => Delete(link, key));
            return expired;
        },
        cancellationToken);

    private static bool Delete(SqliteLink link, SessionKey key)
    {
        // Events first: in ADK Python's tables they refer to the session.
        link.Prepare(SqliteSql.DeleteEvents).Bind(key).Execute();
        return link.Prepare(SqliteSql.DeleteSession).Bind(key).Execute() > 0;
    }

    private CreateOutcome Create(SqliteLink link, SessionKey key, NewSession session)
    {
        if (RevisionOf(link, key) is not null)
        {
            return new SessionExists();
        }

        // One that has expired, or events that ADK JS left behind: it deletes the session first, and not in one transaction.
        Delete(link, key);

        // What is returned now must equal what is read later, so what the column does not keep goes at once.
        var now = link.Layout!.Rounded(_time.GetUtcNow());
        var initial = Whole(session.State.Session);
        link.Prepare(SqliteSql.InsertSession).Bind(key).Bind(4, link.Layout.Column(now)).Bind(5, initial).Bind(6, initial)
            .Bind(7, session.DisplayName).Bind(8, session.Labels.ToJson()).Bind(9, Expiry(session.ExpireTime))
            .Execute();
        PutScopes(link, key, session.State, now);
        link.Prepare(SqliteSql.AddAppState).Bind(1, key.App).Bind(2, _emptyState).Bind(3, link.Layout.Column(now)).Execute();
        link.Prepare(SqliteSql.AddUserState).Bind(1, key.App).Bind(2, key.User).Bind(3, _emptyState).Bind(4, link.Layout.Column(now)).Execute();
        return new SessionCreated(SessionAt(link, key, now: 0)!);
    }

    private Task<WriteOutcome> ChangeAsync(
        SessionKey key, long? expectedRevision, Func<SqliteLink, long, WriteOutcome> change, CancellationToken cancellationToken) => WriteAsync(
        link => RevisionOf(link, key) switch
        {
            null => new SessionMissing(),
            { } revision when expectedRevision is { } expected && expected != revision => new RevisionConflict(revision),
            { } revision => change(link, revision),
        },
        cancellationToken);
}
