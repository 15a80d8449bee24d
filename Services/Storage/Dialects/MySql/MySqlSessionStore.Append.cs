using System.Globalization;
using MySqlConnector;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.MySql;

public sealed partial class MySqlSessionStore
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

    /// <remarks>Repeated after a broken connection, it finds the events that had been committed.</remarks>
    public Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return RunAsync(
            async _ =>
            {
                var places = new EventPlace[offered.Count];
                return await TryAppendAsync(key, offered, [.. Enumerable.Range(0, offered.Count)], places, expectedRevision, cancellationToken)
                    ? new BatchAppended(places)
                    : await CompleteAsync(key, offered, places, expectedRevision, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Some of the events may be there, or the session is not as expected: looks, and appends what is not there.</summary>
    private async Task<WriteOutcome> CompleteAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, EventPlace[] places, long? expectedRevision, CancellationToken cancellationToken)
    {
        var (revision, present) = await FindAsync(key, offered, cancellationToken);
        if (revision is not { } current)
        {
            return new SessionMissing();
        }

        var fresh = new List<int>(offered.Count);
        for (var index = 0; index < offered.Count; index++)
        {
            if (!present.TryGetValue(offered[index].Id, out var stored))
            {
                fresh.Add(index);
            }
            else if (offered[index].SameAs(stored))
            {
                places[index] = new(stored.Revision, stored.Timestamp, Already: true);
            }
            else
            {
                return new EventIdTaken(stored.Id);
            }
        }

        if (fresh.Count > 0 && expectedRevision is { } expected && expected != current)
        {
            return new RevisionConflict(current);
        }

        if (fresh.Count == offered.Count && !Layout.IsExact)
        {
            throw Indistinct();
        }

        return fresh.Count == 0 || await TryAppendAsync(key, offered, fresh, places, expectedRevision, cancellationToken)
            ? new BatchAppended(places)
            // What stood against the append is gone again, for instance a session deleted and made anew: try again.
            : throw new StorageException(StorageFailure.Contention, $"Session '{key.Id}' keeps changing.", "Send the call again.");
    }

    /// <summary>
    /// Appends in one transaction. The session's row is locked first, then that of its app, then that of its user: two appends never wait for
    /// each other in a circle. False when there is no session as expected, or one of the ids is taken.
    /// </summary>
    private async Task<bool> TryAppendAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, List<int> fresh, EventPlace[] places, long? expectedRevision, CancellationToken cancellationToken)
    {
        var last = offered[fresh[^1]].Timestamp;
        var delta = fresh.Count == 1 ? offered[fresh[0]].Delta : ScopedState.Join(fresh.Select(index => offered[index].Delta));
        Require(delta);

        var script = new MySqlScript(Layout).Then(MySqlScript.Begin);
        var names = script.KeyOf(key);
        var (column, micros) = MySqlLayout.Split(last, Layout.SessionDigits);
        // The revision travels to the statements after this one, and in the answer to us, as what LAST_INSERT_ID was given.
        script.Then($"""
            UPDATE sessions SET runtime_revision = LAST_INSERT_ID(runtime_revision + {Number(fresh.Count)}), update_time = {column},
            runtime_update_micros = {Number(micros)}{State(script, delta)} WHERE {script.Live(names, _time.GetUtcNow())}{AtRevision(expectedRevision)}
            """);
        for (var number = 0; number < fresh.Count; number++)
        {
            AddEvent(script, names, offered[fresh[number]], fresh.Count - 1 - number);
        }

        script.ThenMergeShared(names, delta, last, _limits.MaxStateBytes).Then(MySqlScript.Commit);
        var revision = await SendAsync(script, cancellationToken);
        for (var number = 0; revision > 0 && number < fresh.Count; number++)
        {
            places[fresh[number]] = new(revision - (fresh.Count - 1 - number), offered[fresh[number]].Timestamp, Already: false);
        }

        return revision > 0;
    }

    /// <summary>Returns the session's new revision, or 0 where nothing was done.</summary>
    private async Task<long> SendAsync(MySqlScript script, CancellationToken cancellationToken)
    {
        try
        {
            return await UseAsync(
                script, async command => await command.ExecuteNonQueryAsync(cancellationToken) > 0 ? command.LastInsertedId : 0, cancellationToken);
        }
        catch (MySqlException error) when (error.ErrorCode == MySqlErrorCode.DuplicateKeyEntry)
        {
            return 0;
        }
    }

    private void AddEvent(MySqlScript script, MySqlSql.Key names, PreparedEvent offered, int beforeLast)
    {
        var (stored, exact) = MySqlJson.Fit(offered.JsonIn(Layout.TimeUnit), Layout.Server);
        var (column, micros) = MySqlLayout.Split(offered.Timestamp, Layout.EventDigits);
        script.Then($"""
            INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, runtime_micros, event_data, runtime_text, runtime_revision)
            SELECT {offered.Id}, {names.App}, {names.User}, {names.Id}, {offered.InvocationId}, {column}, {Number(micros)}, {script.Text(stored)},
            {script.Text(exact)}, LAST_INSERT_ID() - {Number(beforeLast)} FROM DUAL WHERE ROW_COUNT() > 0
            """);
    }

    private Task<(long? Revision, Dictionary<string, SessionEvent> Present)> FindAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, CancellationToken cancellationToken)
    {
        var script = new MySqlScript(Layout);
        var names = script.KeyOf(key);
        var ids = new MySqlScript.Sql(string.Join(", ", offered.Select(one => script.Value(one.Id).Text)));
        script.Then($"SELECT runtime_revision FROM sessions WHERE {script.Live(names, _time.GetUtcNow())}")
            .Then($"SELECT {MySqlSql.EventColumns} FROM events WHERE {names.OfEvents} AND id IN ({ids})");
        return ReadAsync(script, Read, cancellationToken);

        async Task<(long?, Dictionary<string, SessionEvent>)> Read(MySqlDataReader reader)
        {
            long? revision = await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : null;
            var present = new Dictionary<string, SessionEvent>(StringComparer.Ordinal);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var stored = MySqlRows.Event(reader, Layout);
                present[stored.Id] = stored;
            }

            return (revision, present);
        }
    }

    /// <summary>Refuses what the database would refuse less clearly: a scope that comes to be by this call has no stored state to be added to.</summary>
    private void Require(ScopedState delta)
    {
        foreach (var scope in new[] { delta.Session, delta.App, delta.User })
        {
            if (scope.Count > 0)
            {
                MySqlJson.RequireDepth(scope, Layout.Server);
                if (StorageJson.Write(scope).Length > _limits.MaxStateBytes)
                {
                    throw _limits.StateTooLarge();
                }
            }
        }
    }

    private MySqlScript.Sql State(MySqlScript script, ScopedState delta) =>
        delta.Session.Count == 0 ? default : new($", state = {script.Merged(delta.Session, _limits.MaxStateBytes)}");

    private static MySqlScript.Sql AtRevision(long? expected) =>
        expected is { } revision ? new(string.Create(CultureInfo.InvariantCulture, $" AND runtime_revision = {revision}")) : default;

    private static MySqlScript.Sql Number(long number) => new(number.ToString(CultureInfo.InvariantCulture));
}
