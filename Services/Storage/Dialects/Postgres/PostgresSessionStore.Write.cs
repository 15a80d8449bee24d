using System.Text;
using Npgsql;
using NpgsqlTypes;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Postgres;

public sealed partial class PostgresSessionStore
{
    public Task<CreateOutcome> CreateAsync(SessionKey key, NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        var state = StateBytes.Of(session.State, _limits);
        var now = EventTime.ToMicroseconds(_time.GetUtcNow());
        return RunAsync(Create, cancellationToken);

        async Task<CreateOutcome> Create(Exception? broken)
        {
            Layout.Require(key);
            var (made, expired) = await TryCreateAsync(makeRoom: false);
            if (made is null && expired)
            {
                (made, _) = await TryCreateAsync(makeRoom: true);
            }

            if (made is null && broken is not null && await ReadSessionAsync(key, cancellationToken) is { } mine && mine.CreateTime == now)
            {
                made = mine;
            }

            return made is null ? new SessionExists() : new SessionCreated(made);
        }

        async Task<(Session? Made, bool Expired)> TryCreateAsync(bool makeRoom)
        {
            await using var batch = _source.CreateBatch();
            if (makeRoom)
            {
                AddTo(batch, PostgresSql.DeleteExpiredSession).Key(key).Number(EventTime.Micros(now));
                AddTo(batch, PostgresSql.DeleteOrphanedEvents).Key(key);
            }

            AddTo(batch, _sql.CreateFor(state)).Key(key).Number(EventTime.Micros(now)).Number(PostgresValues.Expires(session.ExpireTime))
                .Time(Layout, now).State(state).Text(session.DisplayName).Json(session.Labels.ToJson()).Text(Encoding.UTF8.GetString(state.Session));
            try
            {
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                await reader.ReadAsync(cancellationToken);
                var merged = reader.GetBoolean(0) ? ScopedState.Merge(session.State.Session, reader.Map(2), reader.Map(3)) : null;
                return (merged is null ? null : new(key, merged, 0, now, now, [])
                {
                    DisplayName = session.DisplayName,
                    Labels = session.Labels,
                    ExpireTime = session.ExpireTime is { } time ? EventTime.ToMicroseconds(time) : null,
                }, reader.GetBoolean(1));
            }
            catch (PostgresException error) when (PostgresErrors.IsStateTooLarge(error))
            {
                throw _limits.StateTooLarge();
            }
        }
    }

    public Task<bool> DeleteAsync(SessionKey key, CancellationToken cancellationToken) => RunAsync(
        async broken =>
        {
            await using var batch = _source.CreateBatch();
            AddTo(batch, PostgresSql.DeleteSession).Key(key).Number(Now);
            AddTo(batch, PostgresSql.DeleteEvents).Key(key);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            var deleted = batch.BatchCommands[0].RecordsAffected > 0;
            return deleted || broken is null ? deleted : throw broken;
        },
        cancellationToken);

    public Task<WriteOutcome> UpdateAsync(SessionKey key, SessionUpdate update, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        var delta = StateBytes.Of(update.State, _limits);
        var now = EventTime.ToMicroseconds(_time.GetUtcNow());
        return RunAsync(Update, cancellationToken);

        async Task<WriteOutcome> Update(Exception? broken)
        {
            // The session is read by a second statement of the same transaction: its snapshot has what the first one waited for.
            await using var batch = _source.CreateBatch();
            AddTo(batch, _sql.UpdateFor(delta, update.ReplaceSessionState)).Key(key).Number(Now).Number(expectedRevision).Time(Layout, now).State(delta)
                .Text(update.DisplayName).Json(update.Labels?.ToJson()).Number(update.Expiry is { } expiry ? PostgresValues.Expires(expiry.Time) : null);
            // At the beginning of time, when it had not expired: it is to be returned also when the update lets it expire.
            AddTo(batch, PostgresSql.GetSession).Key(key).Number(EventTime.Micros(DateTimeOffset.MinValue));
            try
            {
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                var updated = await reader.ReadAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken);
                var session = await reader.ReadAsync(cancellationToken) ? reader.Session(key, []) : null;
                return updated ? new SessionUpdated(session!)
                    : session is null || session.ExpireTime <= _time.GetUtcNow() ? new SessionMissing()
                    : broken is null ? new RevisionConflict(session.Revision)
                    : update.ChangesState && session.Revision == expectedRevision + 1 && session.UpdateTime == now ? new SessionUpdated(session)
                    : throw broken;
            }
            catch (PostgresException error) when (PostgresErrors.IsStateTooLarge(error))
            {
                throw _limits.StateTooLarge();
            }
        }
    }

    public Task<WriteOutcome> DeleteEventAsync(SessionKey key, string eventId, long? expectedRevision, CancellationToken cancellationToken) =>
        RunAsync<WriteOutcome>(
            async broken =>
            {
                await using var batch = _source.CreateBatch();
                AddTo(batch, PostgresSql.LockSession).Key(key).Number(Now);
                AddTo(batch, PostgresSql.DeleteEvent).Key(key).Number(expectedRevision).Text(eventId);
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                if (!await reader.ReadAsync(cancellationToken))
                {
                    return new SessionMissing();
                }

                var current = reader.GetInt64(0);
                await reader.NextResultAsync(cancellationToken);
                return await reader.ReadAsync(cancellationToken) ? new EventDeleted(reader.GetInt64(0))
                    : broken is not null ? throw broken
                    : expectedRevision is { } expected && expected != current ? new RevisionConflict(current)
                    : new EventMissing();
            },
            cancellationToken);

    public Task<IReadOnlyList<SessionKey>> SweepAsync(int limit, CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var expired = new List<SessionKey>();
            await using (var command = new NpgsqlCommand(PostgresSql.LockExpired, connection, transaction))
            {
                command.Parameters.Number(Now).Number(limit);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    expired.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
                }
            }

            if (expired.Count == 0)
            {
                return (IReadOnlyList<SessionKey>)expired;
            }

            // Statements behind the one that took the locks, so that their snapshots have every event that was appended until then.
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var sql in new[] { PostgresSql.SweepSessions, PostgresSql.SweepEvents })
            {
                AddTo(batch, sql)
                    .Array([.. expired.Select(key => key.App)], NpgsqlDbType.Text)
                    .Array([.. expired.Select(key => key.User)], NpgsqlDbType.Text)
                    .Array([.. expired.Select(key => key.Id)], NpgsqlDbType.Text);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return expired;
        },
        cancellationToken);

    private async Task<Session?> ReadSessionAsync(SessionKey key, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(PostgresSql.GetSession);
        command.Parameters.Key(key).Number(Now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.Session(key, []) : null;
    }

    private static NpgsqlParameterCollection AddTo(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }
}
