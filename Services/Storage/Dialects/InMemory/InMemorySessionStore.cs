using System.Text.Json;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.InMemory;

/// <summary>The contract in its shortest form. One lock: correctness is the point here, and nothing under it waits.</summary>
public sealed class InMemorySessionStore(TimeProvider time, StorageLimits limits) : ISessionStore
{
    private static readonly Comparer<SessionEvent> _byTime = Comparer<SessionEvent>.Create((left, right) =>
        left.Timestamp != right.Timestamp ? left.Timestamp.CompareTo(right.Timestamp) : left.Revision.CompareTo(right.Revision));

    private readonly Lock _lock = new();
    private readonly Dictionary<SessionKey, Row> _sessions = [];
    private readonly Dictionary<string, Dictionary<string, JsonElement>> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<(string App, string User), Dictionary<string, JsonElement>> _users = [];

    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        return Locked<CreateOutcome>(() =>
        {
            if (Find(key) is not null)
            {
                return new SessionExists();
            }

            var now = EventTime.ToMicroseconds(time.GetUtcNow());
            var row = new Row
            {
                CreateTime = now,
                UpdateTime = now,
                Initial = session.State.Session,
                DisplayName = session.DisplayName,
                Labels = session.Labels,
                ExpireTime = Micros(session.ExpireTime),
            };
            Apply(key, row, session.State);
            _sessions[key] = row;
            return new SessionCreated(Read(key, row, []));
        });
    }

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) => Locked(() =>
    {
        if (Find(key) is not { } row)
        {
            return null;
        }

        var events = row.Events.Where(stored => window.After is not { } after || stored.Timestamp >= after).Order(_byTime).ToList();
        return Read(key, row, window.NumRecent is { } count ? [.. events.TakeLast(count)] : events);
    });

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Locked(() =>
        {
            if (Find(key) is not { } row)
            {
                return null;
            }

            var sign = query.Descending ? -1 : 1;
            var rows = row.Events
                .Where(stored => (query.From is not { } from || stored.Timestamp >= from) && (query.Until is not { } until || stored.Timestamp < until))
                .Where(stored => query.After is not { } after
                    || sign * (stored.Timestamp, stored.Revision).CompareTo((after.Timestamp, after.Revision)) > 0);
            var ordered = query.Descending ? rows.OrderDescending(_byTime) : rows.Order(_byTime);
            return EventPage.From([.. ordered.Take(query.Size + 1)], query, row.Revision);
        });
    }

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return Locked(() =>
        {
            var sign = query.Descending ? -1 : 1;
            var places = Comparer<(DateTimeOffset Time, string User, string Id)>.Create((left, right) => sign * (
                left.Time != right.Time ? left.Time.CompareTo(right.Time)
                : left.User != right.User ? string.CompareOrdinal(left.User, right.User)
                : string.CompareOrdinal(left.Id, right.Id)));
            var rows = _sessions
                .Where(entry => entry.Key.App == query.App && IsShown(entry.Key, entry.Value, query.Filter))
                .Select(entry => (Place: (query.ByUpdateTime ? entry.Value.UpdateTime : entry.Value.CreateTime, entry.Key.User, entry.Key.Id), entry.Key, Row: entry.Value))
                .Where(entry => query.After is not { } after || places.Compare(entry.Place, (after.Time, after.User, after.Id)) > 0)
                .OrderBy(entry => entry.Place, places)
                .Take(query.Size + 1)
                .Select(entry => Read(entry.Key, entry.Row, []))
                .ToList();
            return SessionPage.From(rows, query);
        });
    }

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => Locked(() => Find(key) is not null && _sessions.Remove(key));

    public Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return Locked(() => Append(key, [offered], expectedRevision) switch
        {
            BatchAppended { Places: [{ Already: true } place] } => new AlreadyAppended(place.Revision, place.Timestamp),
            BatchAppended { Places: [var place] } => new Appended(place.Revision),
            var outcome => outcome,
        });
    }

    public Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return Locked(() => Append(key, offered, expectedRevision));
    }

    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        return ChangeAsync(key, expectedRevision, row =>
        {
            if (update.ChangesState)
            {
                Apply(key, row, update.State, update.ReplaceSessionState);
                row.Revision++;
                row.UpdateTime = EventTime.ToMicroseconds(time.GetUtcNow());
            }

            row.DisplayName = update.DisplayName ?? row.DisplayName;
            row.Labels = update.Labels ?? row.Labels;
            row.ExpireTime = update.Expiry is { } expiry ? Micros(expiry.Time) : row.ExpireTime;
            return new SessionUpdated(Read(key, row, []));
        });
    }

    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken) =>
        ChangeAsync(key, expectedRevision, row =>
            row.Events.RemoveAll(stored => stored.Id == eventId) > 0 ? new EventDeleted(++row.Revision) : new EventMissing());

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken) =>
        Locked(() => Find(key) is { } row ? new OwnState(row.Initial, row.State) : null);

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<SessionHead>>(() => [.. _sessions
            .Where(entry => entry.Key.App == app && entry.Key.User == user && (id is null || entry.Key.Id == id) && !IsExpired(entry.Value))
            .Select(entry => new SessionHead(entry.Key.Id, entry.Value.Revision))]);

    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<string>>(() => [.. _sessions
            .Where(entry => entry.Key.App == app && entry.Key.Id == id && !IsExpired(entry.Value))
            .Select(entry => entry.Key.User)
            .Take(2)]);

    public Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken) => Locked<IReadOnlyList<SessionKey>>(() =>
    {
        var expired = _sessions.Where(entry => IsExpired(entry.Value)).Select(entry => entry.Key).Take(limit).ToList();
        expired.ForEach(key => _sessions.Remove(key));
        return expired;
    });

    public Task<SessionTables> InspectAsync(CancellationToken cancellationToken) => Task.FromResult(SessionTables.Complete);

    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private WriteOutcome Append(SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision)
    {
        if (Find(key) is not { } row)
        {
            return new SessionMissing();
        }

        var places = new EventPlace[offered.Count];
        var fresh = new List<int>(offered.Count);
        for (var index = 0; index < offered.Count; index++)
        {
            var present = row.Events.Find(stored => stored.Id == offered[index].Id);
            if (present is null)
            {
                fresh.Add(index);
            }
            else if (offered[index].SameAs(present))
            {
                places[index] = new(present.Revision, present.Timestamp, Already: true);
            }
            else
            {
                return new EventIdTaken(present.Id);
            }
        }

        if (fresh.Count > 0 && expectedRevision is { } expected && expected != row.Revision)
        {
            return new RevisionConflict(row.Revision);
        }

        Apply(key, row, ScopedState.Join(fresh.Select(index => offered[index].Delta)));
        foreach (var index in fresh)
        {
            var added = offered[index];
            row.Revision++;
            row.UpdateTime = added.Timestamp;
            row.Events.Add(StoredEvent.Read(added.Json, added.Id, added.InvocationId, added.Timestamp, row.Revision));
            places[index] = new(row.Revision, added.Timestamp, Already: false);
        }

        return new BatchAppended(places);
    }

    private Task<WriteOutcome> ChangeAsync(SessionKey key, long? expectedRevision, Func<Row, WriteOutcome> change) => Locked(() => Find(key) switch
    {
        null => new SessionMissing(),
        { } row when expectedRevision is { } expected && expected != row.Revision => new RevisionConflict(row.Revision),
        { } row => change(row),
    });

    private Task<T> Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            try
            {
                return Task.FromResult(work());
            }
            catch (StorageException refused)
            {
                return Task.FromException<T>(refused);
            }
        }
    }

    /// <summary>Finds a session that has not expired, and forgets one that has.</summary>
    private Row? Find(SessionKey key)
    {
        if (!_sessions.TryGetValue(key, out var row) || !IsExpired(row))
        {
            return row;
        }

        _sessions.Remove(key);
        return null;
    }

    private bool IsExpired(Row row) => row.ExpireTime <= time.GetUtcNow();

    private bool IsShown(SessionKey key, Row row, SessionFilter filter) =>
        !IsExpired(row)
        && (filter.User is null || key.User == filter.User)
        && (filter.DisplayName is null || row.DisplayName == filter.DisplayName)
        && (filter.UpdatedFrom is not { } from || row.UpdateTime >= from)
        && (filter.UpdatedUntil is not { } until || row.UpdateTime < until)
        && filter.Labels.All(label => row.Labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private void Apply(SessionKey key, Row row, ScopedState delta, bool replace = false)
    {
        var (session, app, user) = (Joined(replace ? [] : row.State, delta.Session), Joined(StateOf(_apps, key.App), delta.App), Joined(StateOf(_users, (key.App, key.User)), delta.User));
        row.State = session;
        _apps[key.App] = app;
        _users[(key.App, key.User)] = user;
    }

    private Dictionary<string, JsonElement> Joined(Dictionary<string, JsonElement> state, IReadOnlyDictionary<string, JsonElement> delta)
    {
        if (delta.Count == 0)
        {
            return state;
        }

        var joined = new Dictionary<string, JsonElement>(state, StringComparer.Ordinal);
        foreach (var (key, value) in delta)
        {
            joined[key] = value;
        }

        return StorageJson.Write(joined).Length <= limits.MaxStateBytes ? joined : throw limits.StateTooLarge();
    }

    private Session Read(SessionKey key, Row row, IReadOnlyList<SessionEvent> events) => new(
        key, ScopedState.Merge(row.State, StateOf(_apps, key.App), StateOf(_users, (key.App, key.User))),
        row.Revision, row.CreateTime, row.UpdateTime, events)
    {
        DisplayName = row.DisplayName,
        Labels = row.Labels,
        ExpireTime = row.ExpireTime,
    };

    private static DateTimeOffset? Micros(DateTimeOffset? moment) => moment is { } set ? EventTime.ToMicroseconds(set) : null;

    private static Dictionary<string, JsonElement> StateOf<TKey>(Dictionary<TKey, Dictionary<string, JsonElement>> scope, TKey key)
        where TKey : notnull => scope.TryGetValue(key, out var state) ? state : new(StringComparer.Ordinal);

    private sealed class Row
    {
        public Dictionary<string, JsonElement> State { get; set; } = new(StringComparer.Ordinal);

        public List<SessionEvent> Events { get; } = [];

        public long Revision { get; set; }

        public required DateTimeOffset CreateTime { get; init; }

        public required DateTimeOffset UpdateTime { get; set; }

        public required IReadOnlyDictionary<string, JsonElement> Initial { get; init; }

        public required string DisplayName { get; set; }

        public required SessionLabels Labels { get; set; }

        public required DateTimeOffset? ExpireTime { get; set; }
    }
}
