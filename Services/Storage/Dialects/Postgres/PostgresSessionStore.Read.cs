using Npgsql;
using Runtime.Storage.Events;

namespace Runtime.Storage.Dialects.Postgres;

public sealed partial class PostgresSessionStore
{
    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken)
    {
        return RunAsync(Get, cancellationToken);

        async Task<Session?> Get(Exception? broken)
        {
            var layout = Layout;
            await using var command = _source.CreateCommand(PostgresSql.GetFor(layout));
            // The earliest time is -infinity to Npgsql, so one statement serves with and without the filter and still uses the index.
            command.Parameters.Key(key).Number(Now).Time(layout, window.After ?? DateTimeOffset.MinValue).Number(window.NumRecent);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            // Without its session, what other programs left of it is no one's.
            if (!await reader.ReadAsync(cancellationToken) || !reader.IsDBNull(PostgresValues.AfterSession))
            {
                return null;
            }

            var events = new List<SessionEvent>();
            var session = reader.Session(key, events);
            while (await reader.ReadAsync(cancellationToken))
            {
                events.Add(reader.Event(layout, PostgresValues.AfterSession));
            }

            events.Reverse();
            return session;
        }
    }

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var from = query.From ?? DateTimeOffset.MinValue;
        var until = query.Until ?? DateTimeOffset.MaxValue;
        if (query.After is { } after)
        {
            (from, until) = query.Descending ? (from, Earlier(until, JustAfter(after.Timestamp))) : (Later(from, after.Timestamp), until);
        }

        var behind = query.After ?? (query.Descending
            ? new(DateTimeOffset.MaxValue, long.MaxValue, "", "")
            : new EventCursor(DateTimeOffset.MinValue, long.MinValue, "", ""));
        return RunAsync(List, cancellationToken);

        async Task<EventPage?> List(Exception? broken)
        {
            var layout = Layout;
            await using var command = _source.CreateCommand(PostgresSql.ListEventsFor(layout, query.Descending));
            command.Parameters.Key(key).Number(Now).Time(layout, from).Time(layout, until)
                .Time(layout, behind.Timestamp).Number(behind.Revision).Text(behind.Id).Number((long)query.Size + 1).Number(query.MaxBytes);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            long? revision = null;
            var bytes = 0L;
            var events = new List<SessionEvent>();
            var places = new List<DateTimeOffset>();
            while (await reader.ReadAsync(cancellationToken))
            {
                revision ??= reader.GetInt64(0);
                // One past the limit says that there is more.
                if (!reader.IsDBNull(1) && bytes <= query.MaxBytes)
                {
                    events.Add(reader.Event(layout, first: 1));
                    places.Add(reader.EventTimeColumn(first: 1));
                    bytes += events[^1].Json.Length;
                }
            }

            if (revision is not { } current)
            {
                return null;
            }

            var page = EventPage.From(events, query, current);
            // The next page begins behind the time that the database orders by.
            return page with { Next = page.Next is { } next ? next with { Timestamp = places[page.Events.Count - 1] } : null };
        }
    }

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var from = query.Filter.UpdatedFrom ?? DateTimeOffset.MinValue;
        var until = query.Filter.UpdatedUntil ?? DateTimeOffset.MaxValue;
        if (query.After is { } after && query.ByUpdateTime)
        {
            (from, until) = query.Descending ? (from, Earlier(until, JustAfter(after.Time))) : (Later(from, after.Time), until);
        }

        var behind = query.After ?? new(query.Descending ? DateTimeOffset.MaxValue : DateTimeOffset.MinValue, "", "", "");
        return RunAsync(List, cancellationToken);

        async Task<SessionPage> List(Exception? broken)
        {
            var layout = Layout;
            await using var batch = _source.CreateBatch();
            var state = new NpgsqlBatchCommand(PostgresSql.AppState);
            state.Parameters.Text(query.App);
            batch.BatchCommands.Add(state);
            var page = new NpgsqlBatchCommand(PostgresSql.ListFor(query));
            page.Parameters.Text(query.App).Text(query.Filter.User).Number((long)query.Size + 1).Number(Now)
                .Time(layout, from).Time(layout, until).Text(query.Filter.DisplayName).Json(query.Filter.Labels.ToJson())
                .Time(layout, behind.Time).Text(behind.User).Text(behind.Id);
            batch.BatchCommands.Add(page);

            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var app = await reader.ReadAsync(cancellationToken) ? reader.Map(0) : StorageJson.ReadMap(null);
            await reader.NextResultAsync(cancellationToken);
            var sessions = new List<Session>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var key = new SessionKey(query.App, reader.GetString(PostgresValues.AfterSession), reader.GetString(PostgresValues.AfterSession + 1));
                sessions.Add(reader.Session(key, [], app));
            }

            return SessionPage.From(sessions, query);
        }
    }

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) => RunAsync(
        async _ =>
        {
            await using var command = _source.CreateCommand(id is null ? PostgresSql.Heads : PostgresSql.Head);
            command.Parameters.Text(app).Text(user).Text(id).Number(Now);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var heads = new List<SessionHead>();
            while (await reader.ReadAsync(cancellationToken))
            {
                heads.Add(new(reader.GetString(0), reader.GetInt64(1)));
            }

            return (IReadOnlyList<SessionHead>)heads;
        },
        cancellationToken);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    // A microsecond is the finest that a column keeps.
    private static DateTimeOffset JustAfter(DateTimeOffset time) => EventTime.FromMicros(EventTime.Micros(time) + 1);
}
