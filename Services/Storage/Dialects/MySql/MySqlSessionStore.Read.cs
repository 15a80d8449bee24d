using System.Text;
using MySqlConnector;

namespace Runtime.Storage.Dialects.MySql;

public sealed partial class MySqlSessionStore
{
    public Task<Session?> GetAsync(SessionKey key, EventWindow window, CancellationToken cancellationToken) => RunAsync(
        _ =>
        {
            var script = new MySqlScript(Layout);
            var names = script.KeyOf(key);
            if (window.NumRecent == 0)
            {
                AddSession(script, names);
            }
            else
            {
                AddSession(script.Then(MySqlScript.BeginRead), names);
                script.Then($"""
                    SELECT {MySqlSql.EventColumns} FROM {MySqlSql.Events(Layout)} WHERE {names.OfEvents}{NotBefore(script, window.After)}
                    ORDER BY {MySqlSql.EventOrder(Layout, descending: true)} LIMIT {Number(window.NumRecent ?? int.MaxValue)}
                    """).Then(MySqlScript.Commit);
            }

            return ReadAsync(script, reader => ReadSessionAsync(reader, key, withEvents: window.NumRecent != 0, cancellationToken), cancellationToken);
        },
        cancellationToken);

    public Task<EventPage?> ListEventsAsync(SessionKey key, EventListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(
            _ =>
            {
                var script = new MySqlScript(Layout);
                var names = script.KeyOf(key);
                script.Then(MySqlScript.BeginRead)
                    .Then($"SELECT runtime_revision FROM sessions WHERE {script.Live(names, _time.GetUtcNow())}")
                    .Then($"""
                        SELECT {MySqlSql.EventColumns} FROM {MySqlSql.Events(Layout)}
                        WHERE {names.OfEvents}{NotBefore(script, query.From)}{Before(script, query.Until)}{Behind(script, names, query)}
                        ORDER BY {MySqlSql.EventOrder(Layout, query.Descending)} LIMIT {Number(query.Size + 1L)}
                        """)
                    .Then(MySqlScript.Commit);
                return ReadAsync(script, Read, cancellationToken);
            },
            cancellationToken);

        async Task<EventPage?> Read(MySqlDataReader reader)
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            var revision = reader.GetInt64(0);
            return EventPage.From(await EventsAsync(reader, cancellationToken), query, revision);
        }
    }

    public Task<OwnState?> GetOwnStateAsync(SessionKey key, CancellationToken cancellationToken)
    {
        return RunAsync(
            _ =>
            {
                var script = new MySqlScript(Layout);
                script.Then($"SELECT runtime_initial_state, state FROM sessions WHERE {script.Live(script.KeyOf(key), _time.GetUtcNow())}");
                return ReadAsync(script, Read, cancellationToken);
            },
            cancellationToken);

        async Task<OwnState?> Read(MySqlDataReader reader)
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                return null;
            }

            // Empty text is what a session has that another program made.
            var initial = reader.GetString(0);
            return new(StorageJson.ReadMap(initial.Length == 0 ? null : Encoding.UTF8.GetBytes(initial)), StorageJson.ReadMap(MySqlRows.Bytes(reader, 1)));
        }
    }

    public Task<IReadOnlyList<SessionHead>> ListHeadsAsync(string app, string user, string? id, CancellationToken cancellationToken)
    {
        return RunAsync(
            _ =>
            {
                var script = new MySqlScript(Layout);
                var names = script.KeyOf(new(app, user, id ?? ""));
                var live = id is null ? NotExpired(script, names.OfUser("sessions")) : script.Live(names, _time.GetUtcNow());
                script.Then($"SELECT id, runtime_revision FROM sessions WHERE {live}");
                return ReadAsync(script, Read, cancellationToken);
            },
            cancellationToken);

        async Task<IReadOnlyList<SessionHead>> Read(MySqlDataReader reader)
        {
            var heads = new List<SessionHead>();
            while (await reader.ReadAsync(cancellationToken))
            {
                heads.Add(new(reader.GetString(0), reader.GetInt64(1)));
            }

            return heads;
        }
    }

    public Task<IReadOnlyList<string>> FindUsersAsync(string app, string id, CancellationToken cancellationToken)
    {
        return RunAsync(_ => ReadAsync(Users(app, id), Read, cancellationToken), cancellationToken);

        async Task<IReadOnlyList<string>> Read(MySqlDataReader reader)
        {
            var users = new List<string>(2);
            while (await reader.ReadAsync(cancellationToken))
            {
                users.Add(reader.GetString(0));
            }

            return users;
        }
    }

    internal MySqlScript Users(string app, string id)
    {
        var script = new MySqlScript(Layout);
        var names = script.KeyOf(new(app, "", id));
        return script.Then($"SELECT user_id FROM sessions WHERE {NotExpired(script, names.OfId)} LIMIT 2");
    }

    private void AddSession(MySqlScript script, MySqlSql.Key names) => script.Then($"""
        SELECT {MySqlSql.SessionColumns}, a.state, u.state
        FROM (SELECT * FROM sessions WHERE {script.Live(names, _time.GetUtcNow())}) s
        LEFT JOIN app_states a ON {names.OfApp("a")} LEFT JOIN user_states u ON {names.OfUser("u")}
        """);

    private MySqlScript.Sql NotExpired(MySqlScript script, MySqlScript.Sql where) =>
        new($"{where} AND (runtime_expires = 0 OR runtime_expires > {script.Value(Events.EventTime.Micros(_time.GetUtcNow()))})");

    private MySqlScript.Sql NotBefore(MySqlScript script, DateTimeOffset? from) => from is not { } time ? default : Bound(script, time, "timestamp", "runtime_micros", Layout.EventDigits, ">", ">=");

    private MySqlScript.Sql Before(MySqlScript script, DateTimeOffset? until) => until is not { } time ? default : Bound(script, time, "timestamp", "runtime_micros", Layout.EventDigits, "<", "<");

    /// <summary>A limit of time over a column and the microseconds below it; the index is used for the column.</summary>
    private static MySqlScript.Sql Bound(MySqlScript script, DateTimeOffset time, string column, string below, int digits, string past, string last)
    {
        var (moment, micros) = MySqlLayout.Split(time, digits);
        var value = script.Value(moment);
        return new($" AND {column} {past[0]}= {value} AND ({column} {past} {value} OR {below} {last} {Number(micros)})");
    }

    /// <summary>Where a page begins. The place is asked of the database, as the time that readers see need not be the one in the column.</summary>
    private MySqlScript.Sql Behind(MySqlScript script, MySqlSql.Key names, EventListQuery query)
    {
        if (query.After is not { } after)
        {
            return default;
        }

        var past = query.Descending ? "<" : ">";
        var (moment, micros) = MySqlLayout.Split(after.Timestamp, Layout.EventDigits);
        var (id, time) = (script.Value(after.Id), script.Value(moment));
        var column = Layout.IsPythonMade
            ? $"COALESCE((SELECT p.timestamp FROM events p WHERE p.app_name = {names.App} AND p.user_id = {names.User} AND p.session_id = {names.Id} AND p.id = {id}), {time})"
            : time.Text;
        return new($"""
             AND timestamp {past}= {column} AND (timestamp {past} {column} OR runtime_micros {past} {Number(micros)} OR (runtime_micros = {Number(micros)}
            AND (runtime_revision {past} {Number(after.Revision)} OR (runtime_revision = {Number(after.Revision)} AND id {past} {id}))))
            """);
    }

    private async Task<Session?> ReadSessionAsync(MySqlDataReader reader, SessionKey key, bool withEvents, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var session = MySqlRows.Session(reader, key, MySqlRows.Bytes(reader, 9), MySqlRows.Bytes(reader, 10), []);
        if (!withEvents)
        {
            return session;
        }

        var events = await EventsAsync(reader, cancellationToken);
        events.Reverse();
        return session with { Events = events };
    }

    private async Task<List<SessionEvent>> EventsAsync(MySqlDataReader reader, CancellationToken cancellationToken)
    {
        var events = new List<SessionEvent>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(MySqlRows.Event(reader, Layout));
        }

        return events;
    }
}
