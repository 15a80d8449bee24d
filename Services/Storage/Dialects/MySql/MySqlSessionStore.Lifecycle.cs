using System.Text;
using MySqlConnector;
using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.MySql;

public sealed partial class MySqlSessionStore
{
    private static readonly MySqlScript.Sql EmptyState = new("'{}'");

    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var now = EventTime.ToMicroseconds(_time.GetUtcNow());
        return RunAsync(Create, cancellationToken);

        async Task<CreateOutcome> Create(int attempt)
        {
            Require(session.State);
            try
            {
                return new SessionCreated((await ReadAsync(Script(), reader => ReadSessionAsync(reader, key, withEvents: false, cancellationToken), cancellationToken))!);
            }
            catch (MySqlException error) when (error.ErrorCode == MySqlErrorCode.DuplicateKeyEntry)
            {
            }

            // The connection may have broken after an earlier attempt had committed: then the session that exists is this one.
            if (await GetAsync(key, new(NumRecent: 0), cancellationToken) is { } present)
            {
                return attempt > 1 && present.Revision == 0 && present.CreateTime == now ? new SessionCreated(present) : new SessionExists();
            }

            // An expired one has the id; with it out of the way the next attempt creates.
            var removed = await RemoveAsync(key, "runtime_expires > 0 AND runtime_expires <= ", cancellationToken);
            throw removed || Layout.IsExact
                ? new StorageException(StorageFailure.Contention, $"Session '{key.Id}' keeps changing.", "Send the call again.")
                : Indistinct();
        }

        MySqlScript Script()
        {
            var script = new MySqlScript(Layout);
            var names = script.KeyOf(key);
            var (column, micros) = MySqlLayout.Split(now, Layout.SessionDigits);
            var initial = script.Text(StorageJson.Write(session.State.Session));
            script.Then(MySqlScript.Begin).Then($"""
                INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time, runtime_create_micros, runtime_update_micros,
                runtime_expires, runtime_name, runtime_labels, runtime_initial_state)
                VALUES ({names.Id}, {names.App}, {names.User}, {initial}, {column}, {column}, {Number(micros)}, {Number(micros)},
                {Number(session.ExpireTime is { } expires ? EventTime.Micros(expires) : 0)}, {session.DisplayName}, {session.Labels.ToJson()}, {initial})
                """);
            script.ThenMergeShared(names, session.State, now, _limits.MaxStateBytes);
            var time = script.Value(MySqlLayout.Split(now, 0).Column);
            // Looking locks nothing, so creates in one app do not wait for each other; the loser of a first create is ignored.
            if (session.State.App.Count == 0)
            {
                script.Then($"""
                    INSERT IGNORE INTO app_states (app_name, state, update_time)
                    SELECT {names.App}, {EmptyState}, {time} FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM app_states WHERE app_name = {names.App})
                    """);
            }

            if (session.State.User.Count == 0)
            {
                script.Then($"""
                    INSERT IGNORE INTO user_states (app_name, user_id, state, update_time)
                    SELECT {names.App}, {names.User}, {EmptyState}, {time} FROM DUAL
                    WHERE NOT EXISTS (SELECT 1 FROM user_states WHERE app_name = {names.App} AND user_id = {names.User})
                    """);
            }

            AddSession(script, names);
            return script.Then(MySqlScript.Commit);
        }
    }

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) =>
        RunAsync(_ => RemoveAsync(key, "runtime_expires = 0 OR runtime_expires > ", cancellationToken), cancellationToken);

    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        return RunAsync(
            async _ =>
            {
                Require(update.State);
                return await ReadAsync(Script(), Read, cancellationToken, once: expectedRevision is not null);
            },
            cancellationToken,
            // Once more would find the revision that the first time made, and call it somebody else's.
            mayRepeat: expectedRevision is null);

        MySqlScript Script()
        {
            var script = new MySqlScript(Layout);
            var names = script.KeyOf(key);
            var now = _time.GetUtcNow();
            var (column, micros) = MySqlLayout.Split(now, Layout.SessionDigits);
            var set = new StringBuilder("runtime_revision = runtime_revision");
            if (update.ChangesState)
            {
                var state = update.ReplaceSessionState ? new($", state = {script.Text(StorageJson.Write(update.State.Session))}") : State(script, update.State);
                set.Append($" + 1, update_time = {script.Value(column)}, runtime_update_micros = {Number(micros)}{state}");
            }

            if (update.DisplayName is { } name)
            {
                set.Append($", runtime_name = {script.Value(name)}");
            }

            if (update.Labels is { } labels)
            {
                set.Append($", runtime_labels = {script.Value(labels.ToJson())}");
            }

            var live = script.Live(names, now);
            if (update.Expiry is { } expiry)
            {
                set.Append($", runtime_expires = {Number(expiry.Time is { } expires ? EventTime.Micros(expires) : 0)}");
            }

            script.Then(MySqlScript.Begin)
                .Then($"SELECT runtime_revision FROM sessions WHERE {live} FOR UPDATE")
                .Then($"UPDATE sessions SET {new MySqlScript.Sql(set.ToString())} WHERE {live}{AtRevision(expectedRevision)}")
                .ThenMergeShared(names, update.State, now, _limits.MaxStateBytes)
                .Then($"""
                    SELECT {MySqlSql.SessionColumns}, a.state, u.state
                    FROM (SELECT * FROM sessions WHERE {names.OfSession}) s
                    LEFT JOIN app_states a ON {names.OfApp("a")} LEFT JOIN user_states u ON {names.OfUser("u")}
                    """)
                .Then(MySqlScript.Commit);
            return script;
        }

        async Task<WriteOutcome> Read(MySqlDataReader reader)
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return new SessionMissing();
            }

            var before = reader.GetInt64(0);
            if (expectedRevision is { } expected && expected != before)
            {
                return new RevisionConflict(before);
            }

            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return new SessionUpdated(MySqlRows.Session(reader, key, MySqlRows.Bytes(reader, 9), MySqlRows.Bytes(reader, 10), []));
        }
    }

    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken)
    {
        return RunAsync(_ => ReadAsync(Script(), Read, cancellationToken, once: true), cancellationToken, mayRepeat: false);

        MySqlScript Script()
        {
            var script = new MySqlScript(Layout);
            var names = script.KeyOf(key);
            var live = script.Live(names, _time.GetUtcNow());
            return script.Then(MySqlScript.Begin)
                .Then($"SELECT runtime_revision FROM sessions WHERE {live} FOR UPDATE")
                .Then($"""
                    DELETE FROM events WHERE {names.OfEvents} AND {new MySqlScript.Sql(Layout.Same("id", script.Value(eventId).Text))}
                    AND EXISTS (SELECT 1 FROM sessions WHERE {live}{AtRevision(expectedRevision)})
                    """)
                .Then($"UPDATE sessions SET runtime_revision = runtime_revision + 1 WHERE {live} AND ROW_COUNT() > 0")
                .Then("SELECT ROW_COUNT()")
                .Then(MySqlScript.Commit);
        }

        async Task<WriteOutcome> Read(MySqlDataReader reader)
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return new SessionMissing();
            }

            var before = reader.GetInt64(0);
            if (expectedRevision is { } expected && expected != before)
            {
                return new RevisionConflict(before);
            }

            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return reader.GetInt64(0) > 0 ? new EventDeleted(before + 1) : new EventMissing();
        }
    }

    public Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken) => RunAsync(
        _ => ConnectedAsync(
            async connection =>
            {
                var expired = await ExpiredAsync(connection, limit, cancellationToken);
                var script = new MySqlScript(Layout);
                foreach (var key in expired)
                {
                    var names = script.KeyOf(key);
                    script.Then($"DELETE FROM sessions WHERE {names.OfSession}").Then($"DELETE FROM events WHERE {names.OfEvents}");
                }

                await using var command = script.Then(MySqlScript.Commit).On(connection);
                await command.ExecuteNonQueryAsync(cancellationToken);
                return expired;
            },
            once: true,
            cancellationToken),
        cancellationToken,
        // Once more would not tell of what the first time deleted.
        mayRepeat: false);

    private async Task<IReadOnlyList<SessionKey>> ExpiredAsync(MySqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        var script = new MySqlScript(Layout).Then(MySqlScript.Begin);
        script.Then($"""
            SELECT app_name, user_id, id FROM sessions WHERE runtime_expires > 0 AND runtime_expires <= {EventTime.Micros(_time.GetUtcNow())}
            ORDER BY runtime_expires LIMIT {Number(limit)} FOR UPDATE{new MySqlScript.Sql(Layout.Server.HasSkipLocked ? " SKIP LOCKED" : "")}
            """);
        await using var command = script.On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var expired = new List<SessionKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            expired.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return expired;
    }

    /// <summary>Deletes a session and its events. An append that waits for the session's row finds none then.</summary>
    /// <param name="when">What its expiry has to be; the time follows.</param>
    private Task<bool> RemoveAsync(SessionKey key, string when, CancellationToken cancellationToken)
    {
        var script = new MySqlScript(Layout).Then(MySqlScript.Begin);
        var names = script.KeyOf(key);
        script.Then($"DELETE FROM sessions WHERE {names.OfSession} AND ({new MySqlScript.Sql(when)}{EventTime.Micros(_time.GetUtcNow())})")
            .Then("SELECT ROW_COUNT()")
            .Then($"DELETE FROM events WHERE {names.OfEvents} AND NOT EXISTS (SELECT 1 FROM sessions WHERE {names.OfSession})")
            .Then(MySqlScript.Commit);
        return UseAsync(script, async command => Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), null) > 0, cancellationToken);
    }
}
