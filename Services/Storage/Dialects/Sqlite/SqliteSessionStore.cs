using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>
/// Sessions in SQLite. State is merged here, under the write lock: SQLite's own <c>json_patch</c> merges deeply and deletes on null.
/// </summary>
public sealed class SqliteSessionStore : ISessionStore
{
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    private readonly SqliteDatabase _database;
    private readonly SchemaGate _schema;
    private readonly TimeProvider _time;

    internal SqliteSessionStore(SqliteConnectionStringBuilder settings, StorageContext context)
    {
        _time = context.Time;
        _database = new(settings);
        _schema = new(cancellationToken => _database.WriteAsync(EnsureSchema, cancellationToken));
    }

    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var state = session.State;
        // What is returned now must equal what is read later, so the rest below a millisecond goes at once.
        var now = FromMs(Ms(_time.GetUtcNow()));
        return WriteAsync<CreateOutcome>(
            at =>
            {
                if (at.Execute(SqliteSql.InsertSession, [.. Names(key), ("@state", Text(state.Session)), ("@ms", Ms(now))]) == 0)
                {
                    return new SessionExists();
                }

                var app = Overwrite(at, SqliteSql.AppState, SqliteSql.PutAppState, key, state.App, now, createEmpty: true);
                var user = Overwrite(at, SqliteSql.UserState, SqliteSql.PutUserState, key, state.User, now, createEmpty: true);
                return new SessionCreated(new(key, ScopedState.Merge(state.Session, app, user), 0, now, now, []));
            },
            cancellationToken);
    }

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) => ReadAsync(
        at =>
        {
            using var row = at.Query(SqliteSql.Session, Names(key));
            if (!row.Read())
            {
                return null;
            }

            var after = EventTime.Micros(window.After ?? DateTimeOffset.MinValue);
            var events = new List<SessionEvent>();
            using var rows = at.Query(
                SqliteSql.Events, [.. Names(key), ("@ms", FloorMs(after)), ("@micros", after - (FloorMs(after) * 1000)), ("@limit", window.NumRecent ?? -1)]);
            while (rows.Read())
            {
                events.Add(Event(rows));
            }

            events.Reverse();
            return new Session(
                key, ScopedState.Merge(Map(row, 3), Map(row, 4), Map(row, 5)),
                row.GetInt64(2), FromMs(row.GetInt64(0)), FromMs(row.GetInt64(1)), events);
        },
        cancellationToken);

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadAsync(
            at =>
            {
                using var appRow = at.Query(SqliteSql.AppState, [("@app", query.App)]);
                var app = appRow.Read() ? Map(appRow, 0) : [];
                List<(string, object)> parameters = [("@app", query.App), ("@limit", query.Size + 1L)];
                if (query.Filter.User is { } user)
                {
                    parameters.Add(("@user", user));
                }

                if (query.After is { } after)
                {
                    parameters.AddRange([("@ms", Ms(after.Time)), ("@lastUser", after.User), ("@lastId", after.Id)]);
                }

                using var rows = at.Query(SqliteSql.List(query.Filter.User is not null, query.Descending, query.After is not null), [.. parameters]);
                var sessions = new List<Session>(query.Size + 1);
                while (rows.Read())
                {
                    sessions.Add(new(
                        new(query.App, rows.GetString(1), rows.GetString(0)), ScopedState.Merge(Map(rows, 5), app, Map(rows, 6)),
                        rows.GetInt64(4), FromMs(rows.GetInt64(2)), FromMs(rows.GetInt64(3)), []));
                }

                return SessionPage.From(sessions, query);
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => WriteAsync(
        at =>
        {
            at.Execute(SqliteSql.DeleteEvents, Names(key));
            return at.Execute(SqliteSql.DeleteSession, Names(key)) > 0;
        },
        cancellationToken);

    public Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return WriteAsync(at => Append(at, key, offered, expectedRevision), cancellationToken);
    }

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<WriteOutcome> AppendBatchAsync(SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyDictionary<string, System.Text.Json.JsonElement>?> GetInitialStateAsync(SessionKey key, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task CheckAsync(CancellationToken cancellationToken) => ReadAsync(at => at.Execute(SqliteSql.Check, []), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _schema.Dispose();
    }

    private static WriteOutcome Append(SqliteWork at, SessionKey key, PreparedEvent offered, long? expectedRevision)
    {
        using var row = at.Query(SqliteSql.Session, Names(key));
        if (!row.Read())
        {
            return new SessionMissing();
        }

        using var present = at.Query(SqliteSql.Event, [.. Names(key), ("@event", offered.Id)]);
        if (present.Read())
        {
            var stored = Event(present);
            return offered.SameAs(stored) ? new AlreadyAppended(stored.Revision, stored.Timestamp) : new EventIdTaken(offered.Id);
        }

        var current = row.GetInt64(2);
        if (expectedRevision is { } expected && expected != current)
        {
            return new RevisionConflict(current);
        }

        var state = Map(row, 3);
        foreach (var (name, value) in offered.Delta.Session)
        {
            state[name] = value;
        }

        var micros = EventTime.Micros(offered.Timestamp);
        (string, object)[] place = [.. Names(key), ("@ms", FloorMs(micros)), ("@revision", current + 1)];
        at.Execute(SqliteSql.UpdateSession, [.. place, ("@state", Text(state))]);
        at.Execute(SqliteSql.InsertEvent,
        [
            .. place, ("@event", offered.Id), ("@invocation", offered.InvocationId), ("@micros", micros - (FloorMs(micros) * 1000)),
            ("@json", Encoding.UTF8.GetString(offered.Json.Span)),
        ]);
        Overwrite(at, SqliteSql.AppState, SqliteSql.PutAppState, key, offered.Delta.App, offered.Timestamp, createEmpty: false);
        Overwrite(at, SqliteSql.UserState, SqliteSql.PutUserState, key, offered.Delta.User, offered.Timestamp, createEmpty: false);
        return new Appended(current + 1);
    }

    /// <summary>Overwrites the keys of a delta in one scope and returns the whole scope.</summary>
    private static Dictionary<string, JsonElement> Overwrite(
        SqliteWork at, string read, string write, SessionKey key, IReadOnlyDictionary<string, JsonElement> delta, DateTimeOffset time, bool createEmpty)
    {
        if (delta.Count == 0 && !createEmpty)
        {
            return [];
        }

        Dictionary<string, JsonElement> state;
        bool exists;
        using (var row = at.Query(read, Names(key)))
        {
            exists = row.Read();
            state = exists ? Map(row, 0) : [];
        }

        foreach (var (name, value) in delta)
        {
            state[name] = value;
        }

        if (delta.Count > 0 || !exists)
        {
            at.Execute(write, [.. Names(key), ("@state", Text(state)), ("@ms", Ms(time))]);
        }

        return state;
    }

    private int EnsureSchema(SqliteConnection connection, SqliteTransaction transaction)
    {
        var at = new SqliteWork(connection, transaction);
        var events = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using (var columns = at.Query(SqliteSql.Columns, [("@table", "events")]))
        {
            while (columns.Read())
            {
                events[columns.GetString(0)] = columns.GetString(1);
            }
        }

        if (events.Count > 0 && !events.ContainsKey("event_data"))
        {
            throw new StorageException(
                StorageFailure.SchemaOutdated, $"The SQLite file '{_database.Name}' has the tables of ADK schema version 0.",
                "Migrate it to version 1, or name a new file.");
        }

        // ADK Python has two layouts of its own, with times as text or as real numbers and other declared types.
        if (events.Count > 0 && (events["timestamp"] != "DATETIME" || events["event_data"] != "JSON"))
        {
            throw new StorageException(
                StorageFailure.SchemaOutdated, $"The SQLite file '{_database.Name}' has the table layout of ADK Python.",
                "Name a file that this service or ADK JS created.");
        }

        at.Execute(SqliteSql.Schema, []);
        AddColumn("sessions", "runtime_revision");
        AddColumn("events", "runtime_micros");
        AddColumn("events", "runtime_revision");
        at.Execute(SqliteSql.Indexes, []);

        using var version = at.Query(SqliteSql.Version, []);
        return !version.Read() || version.GetString(0) == "1" ? 1 : throw new StorageException(
            StorageFailure.SchemaTooNew, $"The SQLite file '{_database.Name}' has ADK schema version '{version.GetString(0)}', and this service writes version 1.", "Upgrade the service.");

        void AddColumn(string table, string column)
        {
            using var columns = at.Query(SqliteSql.Columns, [("@table", table)]);
            var present = false;
            while (columns.Read())
            {
                present |= columns.GetString(0) == column;
            }

            if (!present)
            {
                at.Execute($"ALTER TABLE {table} ADD COLUMN {column} integer NOT NULL DEFAULT 0", []);
            }
        }
    }

    private Task<T> WriteAsync<T>(Func<SqliteWork, T> work, CancellationToken cancellationToken) =>
        RunAsync(() => _database.WriteAsync((connection, transaction) => work(new(connection, transaction)), cancellationToken), cancellationToken);

    private Task<T> ReadAsync<T>(Func<SqliteWork, T> work, CancellationToken cancellationToken) =>
        RunAsync(() => _database.ReadAsync((connection, transaction) => work(new(connection, transaction)), cancellationToken), cancellationToken);

    private async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellationToken)
    {
        try
        {
            await _schema.PassAsync(cancellationToken);
            return await operation();
        }
        catch (SqliteException error)
        {
            _schema.Close();
            throw Translate(error);
        }
    }

    private StorageException Translate(SqliteException error)
    {
        var place = $"The SQLite file '{_database.Name}'";
        return error.SqliteErrorCode switch
        {
            Busy or Busy + 1 => new(StorageFailure.Contention, $"{place} is locked by another process.", "Send the call again.", error),
            ReadOnly or Full => new(StorageFailure.Full, $"{place} cannot be written to.",
                "Free space, or make the file and its folder writable.", error),
            CannotOpen => new(StorageFailure.Denied, $"{place} cannot be opened.",
                "Create its folder, and make it readable and writable for this process.", error),
            Corrupt or NotADatabase => new(StorageFailure.Denied, $"{place} is not a SQLite database, or is damaged.",
                "Name another file, or restore it from a backup.", error),
            var code => new(StorageFailure.Unknown, $"{place} failed unexpectedly (SQLite error {code}).", "Look for the cause in the log.", error),
        };
    }

    private static (string, object)[] Names(SessionKey key) => [("@app", key.App), ("@user", key.User), ("@id", key.Id)];

    private static string Text(IReadOnlyDictionary<string, JsonElement> map) => Encoding.UTF8.GetString(StorageJson.Write(map));

    private static Dictionary<string, JsonElement> Map(SqliteDataReader row, int column) =>
        row.IsDBNull(column) ? [] : new(StorageJson.ReadMap(Encoding.UTF8.GetBytes(row.GetString(column))), StringComparer.Ordinal);

    private static SessionEvent Event(SqliteDataReader row)
    {
        var micros = (row.GetInt64(2) * 1000) + row.GetInt64(3);
        return StoredEvent.Read(Encoding.UTF8.GetBytes(row.GetString(5)), row.GetString(0), row.GetString(1), EventTime.FromMicros(micros), row.GetInt64(4));
    }

    private static long Ms(DateTimeOffset time) => FloorMs(EventTime.Micros(time));

    // Toward the past also before 1970, so that the rest is never negative.
    private static long FloorMs(long micros) => (micros / 1000) - (micros % 1000 < 0 ? 1 : 0);

    private static DateTimeOffset FromMs(long ms) => EventTime.FromMicros(ms * 1000);
}
