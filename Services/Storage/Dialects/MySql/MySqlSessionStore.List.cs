using MySqlConnector;

namespace Runtime.Storage.Dialects.MySql;

public sealed partial class MySqlSessionStore
{
    public Task<SessionPage> ListAsync(SessionListQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RunAsync(_ => ReadAsync(Page(query), Read, cancellationToken), cancellationToken);

        async Task<SessionPage> Read(MySqlDataReader reader)
        {
            var app = await reader.ReadAsync(cancellationToken) ? MySqlRows.Bytes(reader, 0) : null;
            await reader.NextResultAsync(cancellationToken);
            var sessions = new List<Session>();
            while (await reader.ReadAsync(cancellationToken))
            {
                sessions.Add(MySqlRows.Session(reader, new(query.App, reader.GetString(9), reader.GetString(10)), app, MySqlRows.Bytes(reader, 11), []));
            }

            return SessionPage.From(sessions, query);
        }
    }

    /// <summary>The state of the app, then the page.</summary>
    internal MySqlScript Page(SessionListQuery query)
    {
        var script = new MySqlScript(Layout);
        var names = script.KeyOf(new(query.App, query.Filter.User ?? "", ""));
        var filter = query.Filter;
        var (column, below) = query.ByUpdateTime ? ("s.update_time", "s.runtime_update_micros") : ("s.create_time", "s.runtime_create_micros");
        var direction = query.Descending ? " DESC" : "";
        // The index of one user's sessions does not name the user again.
        var users = filter.User is null ? $"s.user_id{direction}, " : "";
        var where = NotExpired(script, filter.User is null ? names.OfApp("s") : names.OfUser("s")).Text;
        if (filter.DisplayName is { } name)
        {
            where += $" AND {MySqlLayout.SameBytes("s.runtime_name", script.Value(name).Text)}";
        }

        if (filter.Labels.Count > 0)
        {
            where += $" AND JSON_CONTAINS(s.runtime_labels, {script.Value(filter.Labels.ToJson())})";
        }

        if (filter.UpdatedFrom is { } from)
        {
            where += Bound(script, from, "s.update_time", "s.runtime_update_micros", Layout.SessionDigits, ">", ">=");
        }

        if (filter.UpdatedUntil is { } until)
        {
            where += Bound(script, until, "s.update_time", "s.runtime_update_micros", Layout.SessionDigits, "<", "<");
        }

        if (query.After is { } after)
        {
            var past = query.Descending ? "<" : ">";
            var (moment, micros) = MySqlLayout.Split(after.Time, Layout.SessionDigits);
            var (time, user, id) = (script.Value(moment), script.Value(after.User), script.Value(after.Id));
            where += $"""
                 AND {column} {past}= {time} AND ({column} {past} {time} OR {below} {past} {Number(micros)} OR ({below} = {Number(micros)}
                AND (s.user_id {past} {user} OR (s.user_id = {user} AND s.id {past} {id}))))
                """;
        }

        return script.Then($"SELECT state FROM app_states WHERE {names.OfApp("app_states")}").Then($"""
            SELECT {MySqlSql.SessionColumns}, s.user_id, s.id, u.state
            FROM sessions s LEFT JOIN user_states u ON {new MySqlScript.Sql($"{Layout.Same("u.app_name", "s.app_name")} AND {Layout.Same("u.user_id", "s.user_id")}")}
            WHERE {new MySqlScript.Sql(where)}
            ORDER BY {new MySqlScript.Sql($"{column}{direction}, {below}{direction}, {users}s.id{direction}")} LIMIT {Number(query.Size + 1L)}
            """);
    }
}
