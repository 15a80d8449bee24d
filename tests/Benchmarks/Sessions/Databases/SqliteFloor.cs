using Microsoft.Data.Sqlite;

namespace Runtime.Benchmarks.Sessions.Databases;

/// <summary>What SQLite alone takes to keep an event and the fact that its session changed: prepared statements, one transaction an append.</summary>
internal sealed class SqliteFloor : OperationSubject
{
    // As the service: a commit that was answered survives a power failure.
    private const string Schema = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE sessions (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, state json NOT NULL, create_time datetime NOT NULL,
            update_time datetime NOT NULL, revision integer NOT NULL DEFAULT 0, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE events (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, session_id text NOT NULL, invocation_id text NOT NULL,
            timestamp datetime NOT NULL, event_data json NOT NULL, revision integer NOT NULL DEFAULT 0,
            PRIMARY KEY (id, app_name, user_id, session_id));
        CREATE INDEX events_of_session ON events (app_name, user_id, session_id, timestamp DESC);
        CREATE TABLE listed_sessions (
            id text NOT NULL, app_name text NOT NULL, user_id text NOT NULL, state json NOT NULL, create_time datetime NOT NULL,
            update_time datetime NOT NULL, PRIMARY KEY (app_name, update_time, user_id, id));
        """;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _update;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _create;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _list;
    private readonly Lock _one = new();

    public SqliteFloor(string file)
        : base("Microsoft.Data.Sqlite")
    {
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        using (var schema = _connection.CreateCommand())
        {
            schema.CommandText = Schema;
            schema.ExecuteNonQuery();
        }

        _begin = Prepared("BEGIN IMMEDIATE");
        _commit = Prepared("COMMIT");
        _update = Prepared("UPDATE sessions SET update_time = @ms, revision = revision + 1 WHERE app_name = @app AND user_id = @user AND id = @id", "@app", "@user", "@id", "@ms");
        _insert = Prepared(
            "INSERT INTO events (id, app_name, user_id, session_id, invocation_id, timestamp, event_data) VALUES (@event, @app, @user, @id, @invocation, @ms, @json)",
            "@app", "@user", "@id", "@ms", "@event", "@invocation", "@json");
        _create = Prepared(
            "INSERT INTO sessions (id, app_name, user_id, state, create_time, update_time) VALUES (@id, @app, @user, '{}', @ms, @ms)", "@app", "@user", "@id", "@ms");
        _read = Prepared(
            "SELECT event_data FROM events WHERE app_name = @app AND user_id = @user AND session_id = @id ORDER BY timestamp DESC LIMIT @limit",
            "@app", "@user", "@id", "@limit");
        _list = Prepared(
            "SELECT id, user_id, create_time, update_time, state FROM listed_sessions WHERE app_name = @app ORDER BY update_time, user_id, id LIMIT @limit", "@app", "@limit");
    }

    public override ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override Task CreateAsync(string app, string session, CancellationToken cancellationToken)
    {
        lock (_one)
        {
            Run(_create, app, SessionCase.User, session, Now());
        }

        return Task.CompletedTask;
    }

    protected override Task AppendAsync(int caller, string session, CancellationToken cancellationToken)
    {
        var now = Now();
        var id = BenchEvent.NewId();
        var json = BenchEvent.Stored(id, now.ToString(System.Globalization.CultureInfo.InvariantCulture));
        lock (_one)
        {
            _begin.ExecuteNonQuery();
            Run(_update, SessionCase.App, SessionCase.User, session, now);
            Run(_insert, SessionCase.App, SessionCase.User, session, now, id, BenchEvent.InvocationId, json);
            _commit.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    protected override Task<int> GetAsync(int caller, string session, int? recent, CancellationToken cancellationToken)
    {
        lock (_one)
        {
            return Task.FromResult(Count(_read, row => row.GetString(0), SessionCase.App, SessionCase.User, session, recent ?? -1));
        }
    }

    protected override Task<int> ListAsync(int caller, string app, CancellationToken cancellationToken)
    {
        lock (_one)
        {
            return Task.FromResult(Count(
                _list, row => (row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4)), app, SessionCases.PageSize));
        }
    }

    private static void Bind(SqliteCommand command, ReadOnlySpan<object> values)
    {
        for (var at = 0; at < values.Length; at++)
        {
            command.Parameters[at].Value = values[at];
        }
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        command.ExecuteNonQuery();
    }

    private static int Count<T>(SqliteCommand command, Func<SqliteDataReader, T> read, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        using var rows = command.ExecuteReader();
        var all = new List<T>();
        while (rows.Read())
        {
            all.Add(read(rows));
        }

        return all.Count;
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private SqliteCommand Prepared(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.AddWithValue(name, "");
        }

        command.Prepare();
        return command;
    }
}
