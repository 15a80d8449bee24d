using System.Text;
using Google.Cloud.Spanner.Admin.Database.V1;
using Runtime.GoogleCloud.Spanner;

namespace Runtime.Storage.Dialects.Spanner;

/// <summary>The queries. Written in GoogleSQL; a PostgreSQL database gets the same ones in its words for parameters, sets and hints.</summary>
/// <remarks>
/// One statement reads all that an operation needs, for each statement is a round trip. It is put together from parts that have the columns
/// of <see cref="SessionRows"/>: kind, user, id, text, other text, revision, time, create time, expire time, name, labels.
/// </remarks>
internal sealed class SpannerSql(DatabaseDialect dialect)
{
    private const string EventsByTime = "idx_events_app_user_session_ts";
    private const string SessionsById = "idx_sessions_id";

    // @p1 app, @p2 user, @p3 session in every statement about one session.
    private const string Session = "SELECT 0, s.user_id, s.id, s.state" + SessionColumns + OfSession;

    private const string SessionWithoutState = "SELECT 0, s.user_id, s.id, '{}'" + SessionColumns + OfSession;

    private const string SessionColumns =
        ", '', s.runtime_revision, s.update_time, s.create_time, s.runtime_expire_time, s.runtime_display_name, s.runtime_labels FROM sessions s";

    private const string OfSession = " WHERE s.app_name = @p1 AND s.user_id = @p2 AND s.id = @p3";

    private const string App =
        " UNION ALL SELECT 1, '', '', a.state, '', 0, a.update_time, a.update_time, a.update_time, '', '' FROM app_states a WHERE a.app_name = @p1";

    private const string User =
        " UNION ALL SELECT 2, '', '', u.state, '', 0, u.update_time, u.update_time, u.update_time, '', '' FROM user_states u "
        + "WHERE u.app_name = @p1 AND u.user_id = @p2";

    private const string EventColumns =
        "SELECT 3, '', e.id, e.event_data, e.invocation_id, e.runtime_revision, e.timestamp, e.timestamp, e.timestamp, '', ''";

    private const string InSession = "e.app_name = @p1 AND e.user_id = @p2 AND e.session_id = @p3";

    // Without the hint, which is @{FORCE_INDEX=…} in GoogleSQL, old statistics may make the plan read and sort the whole session.
    private readonly string _byTime = dialect is DatabaseDialect.Postgresql
        ? $"events /*@ FORCE_INDEX={EventsByTime} */ e"
        : $"events@{{FORCE_INDEX={EventsByTime}}} e";

    private readonly string _byId = dialect is DatabaseDialect.Postgresql
        ? $"sessions /*@ FORCE_INDEX={SessionsById} */ s"
        : $"sessions@{{FORCE_INDEX={SessionsById}}} s";

    public SpannerStatement Check => Say("SELECT s.id FROM sessions s LIMIT 1", []);

    /// <summary>The session and its whole state, and the events of a window, in no order.</summary>
    public SpannerStatement Read(SessionKey key, EventWindow window)
    {
        var values = Key(key);
        var sql = new StringBuilder(Session).Append(App).Append(User);
        if (window.NumRecent is 0)
        {
            return Say(sql.ToString(), values);
        }

        var since = window.After is { } after ? $" AND e.timestamp >= {Next(values, after)}" : "";
        sql.Append(" UNION ALL (").Append(EventColumns);
        sql.Append(window.NumRecent is { } count
            ? $" FROM {_byTime} WHERE {InSession}{since} "
                + $"ORDER BY e.timestamp DESC, e.runtime_revision DESC, e.id DESC LIMIT {Next(values, (long)count)})"
            : $" FROM events e WHERE {InSession}{since})");
        return Say(sql.ToString(), values);
    }

    /// <summary>The session, then a page of its events in their order, one more than asked for.</summary>
    public SpannerStatement Page(SessionKey key, EventListQuery query)
    {
        var values = Key(key);
        var direction = query.Descending ? " DESC" : "";
        var where = new StringBuilder(InSession);
        if (query.From is { } from)
        {
            where.Append($" AND e.timestamp >= {Next(values, from)}");
        }

        if (query.Until is { } until)
        {
            where.Append($" AND e.timestamp < {Next(values, until)}");
        }

        if (query.After is { } after)
        {
            var past = query.Descending ? '<' : '>';
            var (time, revision, id) = (Next(values, after.Timestamp), Next(values, after.Revision), Next(values, after.Id));
            // The first condition is implied by the second, and lets the index start there.
            where.Append($" AND e.timestamp {past}= {time} AND (e.timestamp {past} {time} OR e.runtime_revision {past} {revision} "
                + $"OR (e.runtime_revision = {revision} AND e.id {past} {id}))");
        }

        return Say(
            $"{SessionWithoutState} UNION ALL ({EventColumns} FROM {_byTime} WHERE {where} "
            + $"ORDER BY e.timestamp{direction}, e.runtime_revision{direction}, e.id{direction} LIMIT {Next(values, query.Size + 1L)}) "
            + $"ORDER BY 1, 7{direction}, 6{direction}, 3{direction}",
            values);
    }

    /// <summary>What a write needs to know: the session, the scopes that it may change, and which of some events are there.</summary>
    public SpannerStatement ForWrite(SessionKey key, bool state, bool app, bool user, IEnumerable<string> eventIds)
    {
        var values = Key(key);
        var ids = eventIds.ToArray();
        return Say(
            (state ? Session : SessionWithoutState) + (app ? App : "") + (user ? User : "")
            + (ids.Length > 0 ? $" UNION ALL {EventColumns} FROM events e WHERE {InSession} AND e.id IN UNNEST({Next(values, ids)})" : ""),
            values);
    }

    /// <summary>The app's state, then a page of sessions in their order, one more than asked for, each with its user's state as other text.</summary>
    public SpannerStatement List(SessionListQuery query, DateTimeOffset now)
    {
        List<SpannerValue> values = [query.App, now];
        var (filter, direction, time) = (query.Filter, query.Descending ? " DESC" : "", query.ByUpdateTime ? "update_time" : "create_time");
        var where = new StringBuilder("s.app_name = @p1 AND (s.runtime_expire_time IS NULL OR s.runtime_expire_time > @p2)");
        And(filter.User, "s.user_id = {0}");
        And(filter.DisplayName, "s.runtime_display_name = {0}");
        And(filter.UpdatedFrom, "s.update_time >= {0}");
        And(filter.UpdatedUntil, "s.update_time < {0}");
        foreach (var (name, value) in filter.Labels)
        {
            // Neither word can hold a quotation mark, so the pair is found whole or not at all: {"size":"xl","team":"blue"}
            And(SessionLabels.Parse([new(name, value)], "labels").ToJson().Trim('{', '}'), "STRPOS(s.runtime_labels, {0}) > 0");
        }

        if (query.After is { } after)
        {
            var past = query.Descending ? '<' : '>';
            var (then, user, id) = (Next(values, after.Time), Next(values, after.User), Next(values, after.Id));
            where.Append($" AND (s.{time} {past} {then} OR (s.{time} = {then} "
                + $"AND (s.user_id {past} {user} OR (s.user_id = {user} AND s.id {past} {id}))))");
        }

        // The page is cut on keys and times alone; state is read for what is on it.
        return Say(
            $"""
            SELECT 0, s.user_id, s.id, s.state, u.state, s.runtime_revision, s.update_time, s.create_time, s.runtime_expire_time,
                   s.runtime_display_name, s.runtime_labels
            FROM (
                SELECT s.app_name, s.user_id, s.id FROM sessions s WHERE {where}
                ORDER BY s.{time}{direction}, s.user_id{direction}, s.id{direction} LIMIT {Next(values, query.Size + 1L)}) k
            JOIN sessions s ON s.app_name = k.app_name AND s.user_id = k.user_id AND s.id = k.id
            LEFT JOIN user_states u ON u.app_name = k.app_name AND u.user_id = k.user_id
            {App}
            ORDER BY 1 DESC, {(query.ByUpdateTime ? 7 : 8)}{direction}, 2{direction}, 3{direction}
            """,
            values);

        void And(SpannerValue value, string condition)
        {
            if (!value.IsNull)
            {
                where.Append(" AND ").AppendFormat(System.Globalization.CultureInfo.InvariantCulture, condition, Next(values, value));
            }
        }
    }

    /// <summary>Id and revision of the sessions of one user.</summary>
    public SpannerStatement Heads(string app, string user, string? id, DateTimeOffset now)
    {
        List<SpannerValue> values = [app, user, now];
        return Say(
            "SELECT s.id, s.runtime_revision FROM sessions s WHERE s.app_name = @p1 AND s.user_id = @p2 "
            + $"AND (s.runtime_expire_time IS NULL OR s.runtime_expire_time > @p3){(id is null ? "" : $" AND s.id = {Next(values, id)}")}",
            values);
    }

    /// <summary>The initial state, the state and the expire time.</summary>
    public SpannerStatement OwnState(SessionKey key) => Say(
        "SELECT s.runtime_initial_state, s.state, s.runtime_expire_time FROM sessions s WHERE s.app_name = @p1 AND s.user_id = @p2 AND s.id = @p3", Key(key));

    /// <summary>Users that have a session of this id, two at most.</summary>
    public SpannerStatement Users(string app, string id, DateTimeOffset now) => Say(
        $"SELECT s.user_id FROM {_byId} WHERE s.app_name = @p1 AND s.id = @p2 AND (s.runtime_expire_time IS NULL OR s.runtime_expire_time > @p3) LIMIT 2",
        [app, id, now]);

    /// <summary>Ids of a session's events, in the order of the key, at most so many.</summary>
    public SpannerStatement EventIds(SessionKey key, long limit)
    {
        var values = Key(key);
        return Say($"SELECT e.id FROM events e WHERE {InSession} ORDER BY e.id LIMIT {Next(values, limit)}", values);
    }

    /// <summary>Keys of sessions that have expired, those that did first in front.</summary>
    public SpannerStatement Expired(DateTimeOffset now, long limit) => Say(
        "SELECT s.app_name, s.user_id, s.id FROM sessions s WHERE s.runtime_expire_time IS NOT NULL AND s.runtime_expire_time <= @p1 "
        + "ORDER BY s.runtime_expire_time LIMIT @p2",
        [now, limit]);

    private static List<SpannerValue> Key(SessionKey key) => [key.App, key.User, key.Id];

    private static string Next(List<SpannerValue> values, SpannerValue value)
    {
        values.Add(value);
        return $"@p{values.Count}";
    }

    private SpannerStatement Say(string googleSql, List<SpannerValue> values) => new(
        dialect is DatabaseDialect.Postgresql
            ? googleSql.Replace("@p", "$", StringComparison.Ordinal).Replace(" IN UNNEST(", " = ANY(", StringComparison.Ordinal)
            : googleSql,
        values);
}
