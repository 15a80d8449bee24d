using System.Text;
using Npgsql;
using NpgsqlTypes;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Sessions in PostgreSQL: each operation is one round trip and, where it writes, one transaction.</summary>
public sealed class PostgresSessionStore : ISessionStore
{
    private const int Attempts = 5;

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly SchemaGate _schema;
    private readonly TimeProvider _time;

    internal PostgresSessionStore(NpgsqlConnectionStringBuilder settings, StorageContext context)
    {
        _settings = settings;
        _time = context.Time;
        _source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        _schema = new(cancellationToken => PostgresSchema.EnsureAsync(_source, cancellationToken));
    }

    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var state = session.State;
        var now = EventTime.ToMicroseconds(_time.GetUtcNow());
        return RunAsync(Create, cancellationToken);

        async Task<CreateOutcome> Create(int attempt)
        {
            await using var command = _source.CreateCommand(PostgresSql.CreateFor(state.App.Count > 0, state.User.Count > 0));
            AddKey(command, key);
            AddTime(command, now);
            AddJson(command, StorageJson.Write(state.Session));
            AddJson(command, StorageJson.Write(state.App));
            AddJson(command, StorageJson.Write(state.User));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (reader.GetBoolean(0))
            {
                return new SessionCreated(new(key, Merge(state.Session, Json(reader, 1), Json(reader, 2)), 0, now, now, []));
            }

            await reader.DisposeAsync();
            // The connection may have broken after an earlier attempt had committed: then the session that exists is this one.
            return attempt > 1 && await ReadAsync(key, new(NumRecent: 0), cancellationToken) is { Revision: 0 } mine && mine.CreateTime == now
                ? new SessionCreated(mine)
                : new SessionExists();
        }
    }

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) =>
        RunAsync(_ => ReadAsync(key, window, cancellationToken), cancellationToken);

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(List, cancellationToken);

        async Task<SessionPage> List(int attempt)
        {
            await using var batch = _source.CreateBatch();
            batch.BatchCommands.Add(new(PostgresSql.AppState) { Parameters = { Text(query.App) } });
            var page = new NpgsqlBatchCommand(PostgresSql.List(query.Filter.User is not null, query.Descending, query.After is not null))
            {
                Parameters = { Text(query.App), new() { Value = (long)query.Size + 1, NpgsqlDbType = NpgsqlDbType.Bigint } },
            };
            if (query.Filter.User is { } user)
            {
                page.Parameters.Add(Text(user));
            }

            if (query.After is { } after)
            {
                page.Parameters.Add(new() { Value = after.Time.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
                page.Parameters.Add(Text(after.User));
                page.Parameters.Add(Text(after.Id));
            }

            batch.BatchCommands.Add(page);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var app = StorageJson.ReadMap(await reader.ReadAsync(cancellationToken) ? Json(reader, 0) : null);
            await reader.NextResultAsync(cancellationToken);
            var sessions = new List<Session>(query.Size + 1);
            while (await reader.ReadAsync(cancellationToken))
            {
                sessions.Add(new(
                    new(query.App, reader.GetString(1), reader.GetString(0)),
                    ScopedState.Merge(StorageJson.ReadMap(Json(reader, 5)), app, StorageJson.ReadMap(Json(reader, 6))),
                    reader.GetInt64(4), Time(reader, 2), Time(reader, 3), []));
            }

            return SessionPage.From(sessions, query);
        }
    }

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await using var batch = _source.CreateBatch();
            foreach (var sql in new[] { PostgresSql.DeleteSession, PostgresSql.DeleteEvents })
            {
                batch.BatchCommands.Add(new(sql) { Parameters = { Text(key.App), Text(key.User), Text(key.Id) } });
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            return batch.BatchCommands[0].RecordsAffected > 0;
        },
        cancellationToken);

    public Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return RunAsync(Append, cancellationToken);

        async Task<WriteOutcome> Append(int attempt)
        {
            var (json, exact) = ForJsonb(offered.Json);
            var delta = offered.Delta;
            await using var command = _source.CreateCommand(PostgresSql.AppendFor(delta.Session.Count > 0, delta.App.Count > 0, delta.User.Count > 0));
            AddKey(command, key);
            command.Parameters.Add(Text(offered.Id));
            command.Parameters.Add(Text(offered.InvocationId));
            AddTime(command, offered.Timestamp);
            AddJson(command, json);
            command.Parameters.Add(new() { Value = expectedRevision ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
            command.Parameters.Add(Text(exact));
            AddJson(command, StorageJson.Write(delta.Session));
            AddJson(command, StorageJson.Write(delta.App));
            AddJson(command, StorageJson.Write(delta.User));
            try
            {
                if (await command.ExecuteScalarAsync(cancellationToken) is long revision)
                {
                    return new Appended(revision);
                }
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // The event id is taken; the statement is undone. By the same event or another is answered below.
            }

            return await WhyNotAsync(key, offered, expectedRevision, cancellationToken);
        }
    }

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<WriteOutcome> AppendBatchAsync(SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyDictionary<string, System.Text.Json.JsonElement>?> GetInitialStateAsync(SessionKey key, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) => throw new NotImplementedException();
    public Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken) => throw new NotImplementedException();

    public Task CheckAsync(CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await using var command = _source.CreateCommand(PostgresSql.Check);
            return await command.ExecuteScalarAsync(cancellationToken);
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _schema.Dispose();
    }

    /// <summary>jsonb has no U+0000. Such an event keeps its exact text in a column of its own, and a readable stand-in where ADK looks.</summary>
    private static (ReadOnlyMemory<byte> Json, string Exact) ForJsonb(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\u0000"u8) < 0)
        {
            return (json, "");
        }

        var exact = Encoding.UTF8.GetString(json.Span);
        return (Encoding.UTF8.GetBytes(exact.Replace("\\u0000", "\\ufffd", StringComparison.Ordinal)), exact);
    }

    private async Task<Session?> ReadAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(PostgresSql.Get);
        AddKey(command, key);
        // DateTime.MinValue is -infinity to Npgsql, so one statement serves with and without the filter and still uses the index.
        command.Parameters.Add(new() { Value = window.After?.UtcDateTime ?? DateTime.MinValue, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = window.NumRecent is { } count ? (long)count : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        Session? session = null;
        var events = new List<SessionEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            session ??= new(
                key, Merge(StorageJson.ReadMap(Json(reader, 3)), Json(reader, 4), Json(reader, 5)),
                reader.GetInt64(2), Time(reader, 0), Time(reader, 1), events);
            if (!reader.IsDBNull(6))
            {
                events.Add(Event(reader, reader.GetString(6), first: 7));
            }
        }

        events.Reverse();
        return session;
    }

    private async Task<WriteOutcome> WhyNotAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(PostgresSql.WhyNot);
        AddKey(command, key);
        command.Parameters.Add(Text(offered.Id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return new SessionMissing();
        }

        if (!reader.IsDBNull(1))
        {
            var present = Event(reader, offered.Id, first: 1);
            return offered.SameAs(present) ? new AlreadyAppended(present.Revision, present.Timestamp) : new EventIdTaken(offered.Id);
        }

        var current = reader.GetInt64(0);
        return expectedRevision is { } expected && expected != current
            ? new RevisionConflict(current)
            // What stood against the append is gone again, for instance a session deleted and made anew: try again.
            : throw new StorageException(StorageFailure.Contention, $"Session '{key.Id}' keeps changing.", "Send the call again.");
    }

    private async Task<T> RunAsync<T>(Func<int, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _schema.PassAsync(cancellationToken);
                return await operation(attempt);
            }
            catch (Exception error) when (error is not OperationCanceledException && attempt < Attempts && MayRetry(error, attempt))
            {
                _schema.Close();
            }
            catch (Exception error) when (error is NpgsqlException or System.Net.Sockets.SocketException or IOException or TimeoutException)
            {
                throw PostgresErrors.Translate(error, PostgresErrors.Classify(error), _settings);
            }
        }
    }

    /// <summary>
    /// A lost race is tried again at once. A broken connection once, because a pooled one may have died with an earlier server; every
    /// write here can be repeated.
    /// </summary>
    private static bool MayRetry(Exception error, int attempt) => error is StorageException { Failure: var known }
        ? known == StorageFailure.Contention
        : PostgresErrors.Classify(error) switch
        {
            StorageFailure.Contention => true,
            StorageFailure.Unavailable => attempt == 1 && error is not NpgsqlException { InnerException: System.Net.Sockets.SocketException },
            _ => false,
        };

    private static Dictionary<string, System.Text.Json.JsonElement> Merge(
        IReadOnlyDictionary<string, System.Text.Json.JsonElement> session, byte[]? app, byte[]? user) =>
        ScopedState.Merge(session, StorageJson.ReadMap(app), StorageJson.ReadMap(user));

    private static SessionEvent Event(NpgsqlDataReader reader, string id, int first)
    {
        var exact = reader.GetString(first + 4);
        var json = exact.Length > 0 ? Encoding.UTF8.GetBytes(exact) : reader.GetFieldValue<byte[]>(first + 3);
        return StoredEvent.Read(json, id, reader.GetString(first), Time(reader, first + 1), reader.GetInt64(first + 2));
    }

    private static byte[]? Json(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => new(reader.GetDateTime(column), TimeSpan.Zero);

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    private static void AddTime(NpgsqlCommand command, DateTimeOffset time) =>
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });

    private static void AddJson(NpgsqlCommand command, ReadOnlyMemory<byte> json) =>
        command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = json, NpgsqlDbType = NpgsqlDbType.Jsonb });

    private static void AddKey(NpgsqlCommand command, SessionKey key)
    {
        command.Parameters.Add(Text(key.App));
        command.Parameters.Add(Text(key.User));
        command.Parameters.Add(Text(key.Id));
    }
}
