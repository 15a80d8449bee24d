using System.Text.Json;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.InMemory;

/// <summary>The contract in its shortest form. One lock: correctness is the point here, and nothing under it waits.</summary>
public sealed class InMemorySessionStore(TimeProvider time) : ISessionStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SessionKey, Row> _sessions = [];
    private readonly Dictionary<string, Dictionary<string, JsonElement>> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<(string App, string User), Dictionary<string, JsonElement>> _users = [];

    public Task<CreateOutcome> CreateAsync(SessionKey key, ScopedState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(state);
        lock (_lock)
        {
            var now = EventTime.ToMicroseconds(time.GetUtcNow());
            var row = new Row { CreateTime = now, UpdateTime = now };
            if (!_sessions.TryAdd(key, row))
            {
                return Task.FromResult<CreateOutcome>(new SessionExists());
            }

            Apply(key, row, state);
            return Task.FromResult<CreateOutcome>(new SessionCreated(Read(key, row, [])));
        }
    }

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(key, out var row))
            {
                return Task.FromResult<Session?>(null);
            }

            var events = row.Events
                .Where(stored => window.After is not { } after || stored.Timestamp >= after)
                .OrderBy(stored => stored.Timestamp).ThenBy(stored => stored.Revision)
                .ToList();
            return Task.FromResult<Session?>(Read(key, row, window.NumRecent is { } count ? [.. events.TakeLast(count)] : events));
        }
    }

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            var sign = query.Order == SessionOrder.UpdateTimeAscending ? 1 : -1;
            var places = Comparer<(DateTimeOffset Time, string User, string Id)>.Create((left, right) =>
                left.Time != right.Time ? sign * left.Time.CompareTo(right.Time)
                : left.User != right.User ? string.CompareOrdinal(left.User, right.User)
                : string.CompareOrdinal(left.Id, right.Id));
            var rows = _sessions
                .Where(entry => entry.Key.App == query.App && (query.User is null || entry.Key.User == query.User))
                .Select(entry => (Place: (entry.Value.UpdateTime, entry.Key.User, entry.Key.Id), entry.Key, Row: entry.Value))
                .Where(entry => query.After is not { } after || places.Compare(entry.Place, (after.UpdateTime, after.User, after.Id)) > 0)
                .OrderBy(entry => entry.Place, places)
                .Take(query.Size + 1)
                .Select(entry => Read(entry.Key, entry.Row, []))
                .ToList();
            return Task.FromResult(SessionPage.From(rows, query));
        }
    }

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_sessions.Remove(key));
        }
    }

    public Task<AppendOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        lock (_lock)
        {
            return Task.FromResult(Append(key, offered, expectedRevision));
        }
    }

    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private AppendOutcome Append(SessionKey key, PreparedEvent offered, long? expectedRevision)
    {
        if (!_sessions.TryGetValue(key, out var row))
        {
            return new SessionMissing();
        }

        if (row.Events.Find(stored => stored.Id == offered.Id) is { } present)
        {
            return offered.SameAs(present) ? new AlreadyAppended(present.Revision, present.Timestamp) : new EventIdTaken();
        }

        if (expectedRevision is { } expected && expected != row.Revision)
        {
            return new RevisionConflict(row.Revision);
        }

        row.Revision++;
        row.UpdateTime = offered.Timestamp;
        row.Events.Add(StoredEvent.Read(offered.Json, offered.Id, offered.InvocationId, offered.Timestamp, row.Revision));
        Apply(key, row, offered.Delta);
        return new Appended(row.Revision);
    }

    private void Apply(SessionKey key, Row row, ScopedState delta)
    {
        Overwrite(row.State, delta.Session);
        Overwrite(StateOf(_apps, key.App), delta.App);
        Overwrite(StateOf(_users, (key.App, key.User)), delta.User);
    }

    private Session Read(SessionKey key, Row row, IReadOnlyList<SessionEvent> events) => new(
        key, ScopedState.Merge(row.State, StateOf(_apps, key.App), StateOf(_users, (key.App, key.User))),
        row.Revision, row.CreateTime, row.UpdateTime, events);

    private static Dictionary<string, JsonElement> StateOf<TKey>(Dictionary<TKey, Dictionary<string, JsonElement>> scope, TKey key)
        where TKey : notnull
    {
        if (!scope.TryGetValue(key, out var state))
        {
            scope[key] = state = new(StringComparer.Ordinal);
        }

        return state;
    }

    private static void Overwrite(Dictionary<string, JsonElement> state, IReadOnlyDictionary<string, JsonElement> delta)
    {
        foreach (var (key, value) in delta)
        {
            state[key] = value;
        }
    }

    private sealed class Row
    {
        public Dictionary<string, JsonElement> State { get; } = new(StringComparer.Ordinal);

        public List<SessionEvent> Events { get; } = [];

        public long Revision { get; set; }

        public DateTimeOffset CreateTime { get; init; }

        public DateTimeOffset UpdateTime { get; set; }
    }
}
