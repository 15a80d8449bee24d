using System.Text.Json;
using Runtime.Storage.Events;
using Sql = Runtime.Storage.Dialects.MySql.MySqlScript.Sql;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Parts that statements share.</summary>
internal static class MySqlSql
{
    /// <summary>What <see cref="MySqlRows.Session"/> reads, of a session <c>s</c>.</summary>
    public static readonly Sql SessionColumns = new("""
        s.runtime_revision, s.create_time, s.runtime_create_micros, s.update_time, s.runtime_update_micros, s.runtime_name, s.runtime_labels,
        s.runtime_expires, s.state
        """);

    /// <summary>What <see cref="MySqlRows.Event"/> reads.</summary>
    public static readonly Sql EventColumns = new("id, invocation_id, timestamp, runtime_micros, runtime_revision, event_data, runtime_text");

    /// <summary>The events of a session; their order is <see cref="EventOrder"/>.</summary>
    public static Sql Events(MySqlLayout layout) => new(layout.EventIndex is { } index ? $"events FORCE INDEX ({index})" : "events");

    /// <summary>The order of events. Ids decide between rows that other programs wrote before there were revisions.</summary>
    /// <remarks>
    /// The index ends with the id, but with the widths of ADK JS the key is longer than what the optimizer looks at: naming the id would
    /// make it sort the whole session.
    /// </remarks>
    public static Sql EventOrder(MySqlLayout layout, bool descending)
    {
        var direction = descending ? " DESC" : "";
        var last = layout.EventIndex is null ? $", id{direction}" : "";
        return new($"timestamp{direction}, runtime_micros{direction}, runtime_revision{direction}{last}");
    }

    /// <summary>A session that has not expired.</summary>
    public static Sql Live(this MySqlScript script, Key key, DateTimeOffset now) => new($"{key.OfSession} AND (runtime_expires = 0 OR runtime_expires > {script.Value(EventTime.Micros(now))})");

    public static Key KeyOf(this MySqlScript script, SessionKey key) =>
        new(script.Layout, script.Value(key.App), script.Value(key.User), script.Value(key.Id));

    /// <summary>Adds to the state of the app and of the user, if the statement before this one changed something.</summary>
    public static MySqlScript ThenMergeShared(this MySqlScript script, Key key, State.ScopedState delta, DateTimeOffset now, int limit)
    {
        var time = script.Value(MySqlLayout.Split(now, 0).Column);
        if (delta.App.Count > 0)
        {
            Upsert("app_states", "app_name", $"{key.App}", script.Layout.IsExact ? "" : MySqlLayout.SameBytes("app_name", key.App.Text), delta.App);
        }

        if (delta.User.Count > 0)
        {
            Upsert(
                "user_states", "app_name, user_id", $"{key.App}, {key.User}",
                script.Layout.IsExact ? "" : $"{MySqlLayout.SameBytes("app_name", key.App.Text)} AND {MySqlLayout.SameBytes("user_id", key.User.Text)}", delta.User);
        }

        return script;

        void Upsert(string table, string columns, string values, string same, IReadOnlyDictionary<string, JsonElement> added)
        {
            // Where the key is another one to us and the same to the table, the time is null, which no column here takes.
            var updated = same.Length == 0 ? time.Text : $"CASE WHEN {same} THEN {time} END";
            script.Then($"""
                INSERT INTO {new Sql(table)} ({new Sql(columns)}, state, update_time)
                SELECT {new Sql(values)}, {script.Text(StorageJson.Write(added))}, {time} FROM DUAL WHERE ROW_COUNT() > 0
                ON DUPLICATE KEY UPDATE update_time = {new Sql(updated)}, state = {script.Merged(added, limit)}
                """);
        }
    }

    /// <summary>The parameters that name one session.</summary>
    public readonly record struct Key(MySqlLayout Layout, Sql App, Sql User, Sql Id)
    {
        public Sql OfSession => new($"{Layout.Same("app_name", App.Text)} AND {Layout.Same("user_id", User.Text)} AND {Layout.Same("id", Id.Text)}");

        /// <summary>The sessions of this id, whoever's they are.</summary>
        public Sql OfId => new($"{Layout.Same("app_name", App.Text)} AND {Layout.Same("id", Id.Text)}");

        public Sql OfEvents => new($"{Layout.Same("app_name", App.Text)} AND {Layout.Same("user_id", User.Text)} AND {Layout.Same("session_id", Id.Text)}");

        public Sql OfApp(string table) => new(Layout.Same($"{table}.app_name", App.Text));

        public Sql OfUser(string table) => new($"{Layout.Same($"{table}.app_name", App.Text)} AND {Layout.Same($"{table}.user_id", User.Text)}");
    }
}
