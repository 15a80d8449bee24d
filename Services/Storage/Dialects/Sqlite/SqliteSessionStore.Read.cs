using System.Text.Json;

namespace Runtime.Storage.Dialects.Sqlite;

public sealed partial class SqliteSessionStore
{
    // Stand for no limit, in every layout.
    private static readonly DateTimeOffset _earliest = DateTimeOffset.MinValue;
    private static readonly DateTimeOffset _latest = DateTimeOffset.MaxValue;

    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) => ReadAsync(
        link =>
        {
            var layout = link.Layout!;
            var events = new List<SessionEvent>();
            if (SessionAt(link, key, Now(), events) is not { } session)
            {
                return null;
            }

            var after = window.After ?? _earliest;
            using var rows = link.Prepare(SqliteSql.RecentEvents).Bind(key)
                .Bind(4, layout.Column(after)).Bind(5, layout.Rest(after)).Bind(6, window.NumRecent ?? -1L);
            while (rows.Read())
            {
                events.Add(EventIn(rows, layout));
            }

            events.Reverse();
            return session;
        },
        cancellationToken);

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadAsync(
            link =>
            {
                if (RevisionOf(link, key) is not { } revision)
                {
                    return null;
                }

                var layout = link.Layout!;
                var (from, until) = (query.From ?? _earliest, query.Until ?? _latest);
                var (near, far) = query.Descending ? (until, from) : (from, until);
                var rows = link.Prepare(SqliteSql.EventsFor(query.Descending, query.After is not null)).Bind(key).Bind(4, query.Size + 1L)
                    .Bind(8, layout.Column(far)).Bind(9, layout.Rest(far));
                if (query.After is { } cursor)
                {
                    var (time, below, revisionThere) = PlaceOf(link, key, cursor);
                    rows.Bind(5, time).Bind(6, below).Bind(7, revisionThere);
                }
                else
                {
                    rows.Bind(5, layout.Column(near)).Bind(6, layout.Rest(near));
                }

                return EventPage.From(Events(rows, layout, query), query, revision);
            },
            cancellationToken);
    }

    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadAsync(
            link =>
            {
                var layout = link.Layout!;
                var app = new Dictionary<string, JsonElement>();
                using (var state = link.Prepare(SqliteSql.AppState).Bind(1, query.App))
                {
                    app = state.Read() ? Map(state, 0) : app;
                }

                using var rows = BoundList(link, layout, query);
                var sessions = new List<Session>();
                while (rows.Read())
                {
                    sessions.Add(SessionIn(rows, layout, query.App, app, []));
                }

                return SessionPage.From(sessions, query);
            },
            cancellationToken);
    }

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken) => ReadAsync(
        link =>
        {
            using var row = link.Prepare(SqliteSql.OwnState).Bind(key).Bind(4, Now());
            // Empty where another program made the session.
            return row.Read() ? new OwnState(row.Utf8(0).IsEmpty ? [] : Map(row, 0), Map(row, 1)) : null;
        },
        cancellationToken);

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<SessionHead>>(
            link =>
            {
                if (id is not null)
                {
                    return RevisionOf(link, new(app, user, id)) is { } revision ? [new(id, revision)] : [];
                }

                var heads = new List<SessionHead>();
                using var rows = link.Prepare(SqliteSql.Heads).Bind(1, app).Bind(2, user).Bind(3, Now());
                while (rows.Read())
                {
                    heads.Add(new(rows.Text(0), rows.Long(1)));
                }

                return heads;
            },
            cancellationToken);

    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<string>>(
        link =>
        {
            var users = new List<string>(2);
            using var rows = link.Prepare(SqliteSql.Users).Bind(1, app).Bind(2, id).Bind(3, Now());
            while (rows.Read())
            {
                users.Add(rows.Text(0));
            }

            return users;
        },
        cancellationToken);

    private static Session? SessionAt(SqliteLink link, SessionKey key, long now, IReadOnlyList<SessionEvent>? events = null)
    {
        using var row = link.Prepare(SqliteSql.Session).Bind(key).Bind(4, now);
        return row.Read() ? SessionIn(row, link.Layout!, key.App, Map(row, 10), events ?? []) : null;
    }

    /// <summary>Reads one row more than the page has, and no more than its bytes allow.</summary>
    private static List<SessionEvent> Events(SqliteStatement rows, SqliteLayout layout, EventListQuery query)
    {
        using var _ = rows;
        var events = new List<SessionEvent>();
        long bytes = 0;
        while (bytes <= query.MaxBytes && rows.Read())
        {
            events.Add(EventIn(rows, layout));
            bytes += events[^1].Json.Length;
        }

        return events;
    }

    /// <summary>Where a page of events begins. Where the cursor's time is not exactly the column's, its event is looked at.</summary>
    private static (SqliteTime Time, long Below, long Revision) PlaceOf(SqliteLink link, SessionKey key, EventCursor cursor)
    {
        var layout = link.Layout!;
        if (!layout.IsExact)
        {
            using var row = link.Prepare(SqliteSql.EventPlace).Bind(key).Bind(4, cursor.Id);
            if (row.Read())
            {
                return (row.Time(0), row.Long(1), row.Long(2));
            }
        }

        return (layout.Column(cursor.Timestamp), layout.Rest(cursor.Timestamp), cursor.Revision);
    }

    private SqliteStatement BoundList(SqliteLink link, SqliteLayout layout, SessionListQuery query)
    {
        var filter = query.Filter;
        // Before the statement itself: the place is read by another.
        var place = query.After is { } after ? TimeOf(link, layout, query, after) : default;
        var rows = link.Prepare(SqliteSql.List(query)).Bind(1, query.App).Bind(3, query.Size + 1L).Bind(4, Now());
        if (filter.User is { } user)
        {
            rows.Bind(2, user);
        }

        if (filter.DisplayName is { } name)
        {
            rows.Bind(5, name);
        }

        if (filter.Labels.Count > 0)
        {
            rows.Bind(6, filter.Labels.ToJson());
        }

        if (filter.UpdatedFrom is { } from)
        {
            rows.Bind(7, layout.NotBefore(from));
        }

        if (filter.UpdatedUntil is { } until)
        {
            rows.Bind(8, layout.NotBefore(until));
        }

        if (query.After is { } cursor)
        {
            rows.Bind(9, place).Bind(11, cursor.Id);
            if (filter.User is null)
            {
                rows.Bind(10, cursor.User);
            }
        }

        return rows;
    }

    /// <summary>The cursor's time as the column has it, as long as its session has not changed since.</summary>
    private static SqliteTime TimeOf(SqliteLink link, SqliteLayout layout, SessionListQuery query, SessionCursor cursor)
    {
        if (!layout.IsExact)
        {
            using var row = link.Prepare(SqliteSql.TimeFor(query.ByUpdateTime)).Bind(new SessionKey(query.App, cursor.User, cursor.Id));
            if (row.Read() && layout.Read(row, 0) == cursor.Time)
            {
                return row.Time(0);
            }
        }

        return layout.Column(cursor.Time);
    }
}
