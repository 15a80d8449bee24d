using System.Diagnostics;
using System.Text.Json;
using Runtime.GoogleCloud.Spanner;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>
/// Sessions in Cloud Spanner. A read is one query in a snapshot, which takes no locks; a write is a transaction of one query and one commit.
/// </summary>
/// <remarks>
/// State is merged here, under the transaction's locks. Writers of one session in this process take turns, because Spanner would let one
/// through and abort the others; so do writers of one user's and one app's state.
/// </remarks>
public sealed class SpannerSessionStore : ISessionStore
{
    // A commit has at most 80,000 mutations, and each row that is deleted counts once for each index that it is in.
    private const int MostDeleted = 20_000;

    private static readonly SpannerTransactionOptions _once = SpannerTransactionOptions.Default;
    private static readonly SpannerTransactionOptions _repeatable = new() { RepeatInDoubt = true };

    private readonly KeyedLocks<(string App, string? User, string? Session)> _turns = new();
    private readonly SpannerDatabase _database;
    private readonly SpannerWrites _writes;
    private readonly TimeProvider _time;
    private readonly int _mostDeleted;
    private readonly SchemaGate _schema;
    private SpannerSql? _sql;

    internal SpannerSessionStore(SpannerDatabase database, StorageContext context, int mostDeleted = MostDeleted)
    {
        (_database, _time, _writes, _mostDeleted) = (database, context.Time, new(context.Limits), mostDeleted);
        _schema = new(async cancellationToken => _sql = new(await SpannerSchema.EnsureAsync(database, cancellationToken)));
    }

    private DateTimeOffset Now => EventTime.ToMicroseconds(_time.GetUtcNow());

    public async Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        using var turn = await _turns.EnterAsync(Turns(key, session.State.App.Count > 0, session.State.User.Count > 0), cancellationToken);
        while (true)
        {
            var now = Now;
            var outcome = await RunAsync(sql => WriteAsync<CreateOutcome?>(
                sql, key, _repeatable, (true, true, true), [],
                (transaction, found) =>
                {
                    if (found.HasExpired(now))
                    {
                        return null;
                    }

                    if (found.IsThere(now))
                    {
                        // This very call may have made it, in a run whose commit nobody confirmed.
                        return transaction.FollowsDoubt && found.Revision is 0 && found.CreateTime == now
                            ? new SessionCreated(found.ToSession(key.App))
                            : new SessionExists();
                    }

                    return new SessionCreated(_writes.Create(transaction, key, session, found, now));
                },
                cancellationToken), cancellationToken);
            if (outcome is not null)
            {
                return outcome;
            }

            await DeleteAsync(key, expiredAt: now, cancellationToken);
        }
    }

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) => RunAsync(
        async sql =>
        {
            var found = await SessionRows.ReadAsync(QueryAsync(sql.Read(key, window), cancellationToken), cancellationToken);
            if (!found.IsThere(Now))
            {
                return null;
            }

            found.Events.Sort((left, right) => (left.Timestamp, left.Revision).CompareTo((right.Timestamp, right.Revision)) is not 0 and var order
                ? order
                : string.CompareOrdinal(left.Id, right.Id));
            return found.ToSession(key.App);
        },
        cancellationToken);

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(
            async sql =>
            {
                var found = new SessionRows();
                long bytes = 0;
                await foreach (var row in QueryAsync(sql.Page(key, query), cancellationToken))
                {
                    found.Add(row);
                    bytes += found.Events.Count > 0 ? found.Events[^1].Json.Length : 0;
                    if (bytes > query.MaxBytes && found.Events.Count > 1)
                    {
                        // The page ends before this event, so the rest need not come.
                        break;
                    }
                }

                return found.IsThere(Now) ? EventPage.From(found.Events, query, found.Revision) : null;
            },
            cancellationToken);
    }

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(
            async sql =>
            {
                var app = new Dictionary<string, JsonElement>();
                var sessions = new List<Session>(query.Size + 1);
                await foreach (var row in QueryAsync(sql.List(query, Now), cancellationToken))
                {
                    if (row.GetInt64(0) is 0)
                    {
                        sessions.Add(SessionRows.ToListed(query.App, row, app));
                    }
                    else
                    {
                        app = SessionRows.Map(row.GetString(3));
                    }
                }

                return SessionPage.From(sessions, query);
            },
            cancellationToken);
    }

    public async Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken)
    {
        using var turn = await _turns.EnterAsync(Turns(key, app: false, user: false), cancellationToken);
        return await DeleteAsync(key, expiredAt: null, cancellationToken);
    }

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

    public async Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        var delta = ScopedState.Join(offered.Select(each => each.Delta));
        var (state, app, user) = (delta.Session.Count > 0, delta.App.Count > 0, delta.User.Count > 0);
        using var turn = await _turns.EnterAsync(Turns(key, app, user), cancellationToken);
        return await RunAsync(
            async sql =>
            {
                // An insert is refused when its row exists, so the events are not looked up first: only when one is refused, or when the whole
                // append would be, because an event that is stored already succeeds whatever else is wrong. That also finds what an earlier
                // run wrote whose commit nobody confirmed.
                for (var look = false; ; look = true)
                {
                    try
                    {
                        if (await TryAsync(sql, look) is { } outcome)
                        {
                            return outcome;
                        }
                    }
                    catch (AlreadyExistsException) when (!look)
                    {
                    }
                    catch (StorageException refused) when (!look && refused.Failure is StorageFailure.StateTooLarge)
                    {
                    }
                }
            },
            cancellationToken);

        Task<WriteOutcome?> TryAsync(SpannerSql sql, bool look) => WriteAsync<WriteOutcome?>(
            sql, key, _repeatable, (state, app, user), look ? offered.Select(each => each.Id) : [],
            (transaction, found) =>
                !found.IsThere(Now) ? new SessionMissing()
                : !look && expectedRevision is { } expected && expected != found.Revision ? null
                : _writes.Append(transaction, key, offered, expectedRevision, found),
            cancellationToken);
    }

    public async Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        using var turn = await _turns.EnterAsync(Turns(key, update.State.App.Count > 0, update.State.User.Count > 0), cancellationToken);
        return await RunAsync(
            sql => WriteAsync(
                sql, key, _once, (true, true, true), [],
                (transaction, found) => Refused(found, expectedRevision) ?? new SessionUpdated(_writes.Update(transaction, key, update, found, Now)),
                cancellationToken),
            cancellationToken);
    }

    public async Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken)
    {
        using var turn = await _turns.EnterAsync(Turns(key, app: false, user: false), cancellationToken);
        return await RunAsync(
            sql => WriteAsync(
                sql, key, _once, (false, false, false), [eventId],
                (transaction, found) => Refused(found, expectedRevision)
                    ?? (found.Events.Count is 0 ? new EventMissing() : new EventDeleted(SpannerWrites.DeleteEvent(transaction, key, eventId, found))),
                cancellationToken),
            cancellationToken);
    }

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken) => RunAsync(
        async sql => await QueryAsync(sql.OwnState(key), cancellationToken)
            .Where(row => row.IsNull(2) || row.GetTimestamp(2) > Now)
            .Select(row => new OwnState(SessionRows.Map(row.GetString(0)), SessionRows.Map(row.GetString(1))))
            .SingleOrDefaultAsync(cancellationToken),
        cancellationToken);

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<SessionHead>>(
            async sql => await QueryAsync(sql.Heads(app, user, id, Now), cancellationToken)
                .Select(row => new SessionHead(row.GetString(0), row.GetInt64(1)))
                .ToListAsync(cancellationToken),
            cancellationToken);

    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<string>>(
        async sql => await QueryAsync(sql.Users(app, id, Now), cancellationToken).Select(row => row.GetString(0)).ToListAsync(cancellationToken),
        cancellationToken);

    public async Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken)
    {
        var now = Now;
        var expired = await RunAsync(
            async sql => await QueryAsync(sql.Expired(now, limit), cancellationToken)
                .Select(row => new SessionKey(row.GetString(0), row.GetString(1), row.GetString(2)))
                .ToListAsync(cancellationToken),
            cancellationToken);
        var swept = new List<SessionKey>(expired.Count);
        foreach (var key in expired)
        {
            using var turn = await _turns.EnterAsync(Turns(key, app: false, user: false), cancellationToken);
            if (await DeleteAsync(key, expiredAt: now, cancellationToken))
            {
                swept.Add(key);
            }
        }

        return swept;
    }

    public async Task<SessionTables> InspectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await SpannerSchema.InspectAsync(_database, cancellationToken);
        }
        catch (ServiceException error)
        {
            throw SpannerErrors.Translate(error, _database);
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken) =>
        RunAsync(async sql => await QueryAsync(sql.Check, cancellationToken).CountAsync(cancellationToken), cancellationToken);

    public ValueTask DisposeAsync()
    {
        _schema.Dispose();
        return ValueTask.CompletedTask;
    }

    // Always session before user before app, so that two writers never wait for each other.
    private static (string, string?, string?)[] Turns(SessionKey key, bool app, bool user) =>
    [
        (key.App, key.User, key.Id),
        .. user ? [(key.App, key.User, null)] : Array.Empty<(string, string?, string?)>(),
        .. app ? [(key.App, null, null)] : Array.Empty<(string, string?, string?)>(),
    ];

    private WriteOutcome? Refused(SessionRows found, long? expectedRevision) =>
        !found.IsThere(Now) ? new SessionMissing()
        : expectedRevision is { } expected && expected != found.Revision ? new RevisionConflict(found.Revision)
        : null;

    /// <summary>Deletes a session, or only one that had expired at a time. A very long one goes in several steps, its events first.</summary>
    private async Task<bool> DeleteAsync(SessionKey key, DateTimeOffset? expiredAt, CancellationToken cancellationToken)
    {
        while (true)
        {
            var deleted = await RunAsync(
                sql => _database.Client.RunInTransactionAsync(
                    _database.Name, (transaction, cancellation) => StepAsync(sql, transaction, cancellation), _repeatable, cancellationToken),
                cancellationToken);
            if (deleted is { } done)
            {
                return done;
            }
        }

        async Task<bool?> StepAsync(SpannerSql sql, SpannerTransaction transaction, CancellationToken cancellation)
        {
            var found = await SessionRows.ReadAsync(transaction.QueryAsync(sql.ForWrite(key, false, false, false, []), cancellation), cancellation);
            if (expiredAt is { } moment ? !found.HasExpired(moment) : !found.IsThere(Now))
            {
                return transaction.FollowsDoubt;
            }

            var ids = await transaction.QueryAsync(sql.EventIds(key, _mostDeleted + 1L), cancellation)
                .Select(row => row.GetString(0)).ToListAsync(cancellation);
            if (ids.Count > _mostDeleted)
            {
                SpannerWrites.DeleteEvents(transaction, key, ids[0], ids[^2]);
                return null;
            }

            SpannerWrites.Delete(transaction, key);
            return true;
        }
    }

    private Task<T> WriteAsync<T>(
        SpannerSql sql,
        SessionKey key,
        SpannerTransactionOptions options,
        (bool State, bool App, bool User) scopes,
        IEnumerable<string> eventIds,
        Func<SpannerTransaction, SessionRows, T> write,
        CancellationToken cancellationToken) => _database.Client.RunInTransactionAsync(
        _database.Name,
        async (transaction, cancellation) =>
        {
            var statement = sql.ForWrite(key, scopes.State, scopes.App, scopes.User, eventIds);
            return write(transaction, await SessionRows.ReadAsync(transaction.QueryAsync(statement, cancellation), cancellation));
        },
        options,
        cancellationToken);

    private IAsyncEnumerable<SpannerRow> QueryAsync(SpannerStatement statement, CancellationToken cancellationToken) =>
        _database.Client.QueryAsync(_database.Name, statement, cancellationToken);

    private async Task<T> RunAsync<T>(Func<SpannerSql, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _schema.PassAsync(cancellationToken);
                return await operation(_sql ?? throw new UnreachableException());
            }
            catch (ServiceException error) when (attempt is 1 && SpannerErrors.IsAboutTables(error))
            {
                _schema.Close();
            }
            catch (ServiceException error)
            {
                throw SpannerErrors.Translate(error, _database);
            }
        }
    }
}
