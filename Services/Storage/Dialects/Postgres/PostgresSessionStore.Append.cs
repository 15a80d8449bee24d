using Npgsql;
using NpgsqlTypes;
using Runtime.Storage.Events;
using Runtime.Storage.State;

namespace Runtime.Storage.Dialects.Postgres;

public sealed partial class PostgresSessionStore
{
    public Task<WriteOutcome> AppendAsync(SessionKey key, PreparedEvent offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        var delta = StateBytes.Of(offered.Delta, _limits);
        return RunAsync(Append, cancellationToken);

        async Task<WriteOutcome> Append(Exception? broken)
        {
            var layout = Layout;
            layout.Require(offered);
            var (json, exact) = PostgresValues.ForJsonb(offered.JsonIn(layout.Unit));
            var append = new PostgresAppend(key, Now, expectedRevision, delta, offered, layout, json, exact);
            var refused = default(PostgresException);
            try
            {
                if (await RunAppendAsync(append, cancellationToken) is { } revision)
                {
                    return new Appended(revision);
                }
            }
            catch (PostgresException error) when (PostgresErrors.IsRefusal(error))
            {
                // The event id is taken, or the state is too large; the statement is undone. The stored event says which answer is due.
                refused = error;
            }

            var (revisionNow, stored) = await WhyNotAsync(key, [offered], cancellationToken);
            return revisionNow is not { } current ? new SessionMissing()
                : stored.TryGetValue(offered.Id, out var present)
                    ? offered.SameAs(present) ? new AlreadyAppended(present.Revision, present.Timestamp) : new EventIdTaken(offered.Id)
                : Refusal(refused, expectedRevision, current, key);
        }
    }

    public Task<WriteOutcome> AppendBatchAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, long? expectedRevision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(offered);
        return RunAsync(Append, cancellationToken);

        // As if all were new, which is one round trip; where some are there already they are left out of a second one.
        async Task<WriteOutcome> Append(Exception? broken)
        {
            foreach (var one in offered)
            {
                Layout.Require(one);
            }

            var (last, refused) = await AddAsync(key, offered, expectedRevision, cancellationToken);
            if (last is { } all)
            {
                return new BatchAppended([.. offered.Select((one, index) => new EventPlace(all - offered.Count + 1 + index, one.Timestamp, Already: false))]);
            }

            var (revisionNow, stored) = await WhyNotAsync(key, offered, cancellationToken);
            if (revisionNow is not { } current)
            {
                return new SessionMissing();
            }

            if (offered.FirstOrDefault(one => stored.TryGetValue(one.Id, out var present) && !one.SameAs(present)) is { } taken)
            {
                return new EventIdTaken(taken.Id);
            }

            var fresh = offered.Where(one => !stored.ContainsKey(one.Id)).ToList();
            if (fresh.Count == offered.Count)
            {
                return Refusal(refused, expectedRevision, current, key);
            }

            var next = current;
            if (fresh.Count > 0)
            {
                // At the revision that was just seen, so that the events left out are still there.
                var at = expectedRevision ?? current;
                if (at != current)
                {
                    return new RevisionConflict(current);
                }

                (last, refused) = await AddAsync(key, fresh, at, cancellationToken);
                next = last is { } done ? done - fresh.Count : throw (refused is { } error && PostgresErrors.IsStateTooLarge(error)
                    ? _limits.StateTooLarge()
                    : PostgresErrors.KeepsChanging(key));
            }

            return new BatchAppended([.. offered.Select(one => stored.TryGetValue(one.Id, out var present)
                ? new EventPlace(present.Revision, present.Timestamp, Already: true)
                : new EventPlace(++next, one.Timestamp, Already: false))]);
        }
    }

    private async Task<long?> RunAppendAsync(PostgresAppend append, CancellationToken cancellationToken)
    {
        if (append.Delta.OnlySession)
        {
            return await _appends.RunAsync(append, cancellationToken);
        }

        await using var batch = _source.CreateBatch();
        batch.BatchCommands.Add(append.Statement(_sql));
        return await batch.ExecuteScalarAsync(cancellationToken) as long?;
    }

    /// <summary>Adds events that are not there yet: the revision of the last, or nothing and the refusal, if it was one.</summary>
    private async Task<(long? Last, PostgresException? Refused)> AddAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> fresh, long? expectedRevision, CancellationToken cancellationToken)
    {
        var layout = Layout;
        var delta = StateBytes.Of(ScopedState.Join(fresh.Select(one => one.Delta)), _limits);
        var texts = fresh.Select(one => PostgresValues.ForJsonb(one.JsonIn(layout.Unit))).ToList();
        await using var command = _source.CreateCommand(_sql.AppendBatchFor(delta));
        command.Parameters.Key(key).Number(Now).Number(expectedRevision).Time(layout, fresh[^1].Timestamp).State(delta)
            .Array([.. fresh.Select(one => one.Id)], NpgsqlDbType.Text)
            .Array([.. fresh.Select(one => one.InvocationId)], NpgsqlDbType.Text)
            .Array([.. texts.Select(text => System.Text.Encoding.UTF8.GetString(text.Json.Span))], NpgsqlDbType.Text)
            .Array([.. texts.Select(text => text.Exact)], NpgsqlDbType.Text)
            .Array([.. fresh.Select(one => layout.Column(one.Timestamp))], layout.TimeType)
            .Number(fresh.Count);
        try
        {
            return (await command.ExecuteScalarAsync(cancellationToken) as long?, null);
        }
        catch (PostgresException error) when (PostgresErrors.IsRefusal(error))
        {
            return (null, error);
        }
    }

    private RevisionConflict Refusal(PostgresException? refused, long? expectedRevision, long current, SessionKey key) =>
        expectedRevision is { } expected && expected != current ? new RevisionConflict(current)
        : refused is { } error && PostgresErrors.IsStateTooLarge(error) ? throw _limits.StateTooLarge()
        // What stood against the append is gone again, for instance a session deleted and made anew: it is tried again.
        : throw PostgresErrors.KeepsChanging(key);

    /// <summary>Looks at what an append ran into: the session's revision, <see langword="null"/> without one, and those of the events that it has.</summary>
    private async Task<(long? Revision, Dictionary<string, SessionEvent> Stored)> WhyNotAsync(
        SessionKey key, IReadOnlyList<PreparedEvent> offered, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(PostgresSql.WhyNot);
        command.Parameters.Key(key).Number(Now).Array([.. offered.Select(one => one.Id)], NpgsqlDbType.Text);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        long? revision = null;
        var stored = new Dictionary<string, SessionEvent>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            revision = reader.GetInt64(0);
            if (!reader.IsDBNull(1))
            {
                var present = reader.Event(Layout, first: 1);
                stored[present.Id] = present;
            }
        }

        return (revision, stored);
    }
}
