using Microsoft.Data.Sqlite;

namespace Runtime.Storage.ContractTests;

/// <summary>A SQLite file of a test's own, as another program sees it.</summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>The tables as SQLAlchemy makes them for ADK Python's <c>DatabaseSessionService</c>.</summary>
    public const string SqlAlchemyTables = """
        CREATE TABLE adk_internal_metadata ("key" VARCHAR(128) NOT NULL, value VARCHAR(256) NOT NULL, PRIMARY KEY ("key"));
        CREATE TABLE app_states (app_name VARCHAR(128) NOT NULL, state TEXT NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE user_states (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state TEXT NOT NULL, update_time DATETIME NOT NULL,
            PRIMARY KEY (app_name, user_id));
        CREATE TABLE sessions (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state TEXT NOT NULL,
            create_time DATETIME NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE events (
            id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, timestamp DATETIME NOT NULL, event_data TEXT, PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY(app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        CREATE INDEX idx_events_app_user_session_ts ON events (app_name, user_id, session_id, timestamp DESC);
        INSERT INTO adk_internal_metadata VALUES ('schema_version', '1');
        """;

    /// <summary>The tables as ADK Python's <c>SqliteSessionService</c> makes them.</summary>
    public const string PythonTables = """
        CREATE TABLE app_states (app_name TEXT PRIMARY KEY, state TEXT NOT NULL, update_time REAL NOT NULL);
        CREATE TABLE user_states (
            app_name TEXT NOT NULL, user_id TEXT NOT NULL, state TEXT NOT NULL, update_time REAL NOT NULL, PRIMARY KEY (app_name, user_id));
        CREATE TABLE sessions (
            app_name TEXT NOT NULL, user_id TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, create_time REAL NOT NULL,
            update_time REAL NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE events (
            id TEXT NOT NULL, app_name TEXT NOT NULL, user_id TEXT NOT NULL, session_id TEXT NOT NULL, invocation_id TEXT NOT NULL,
            timestamp REAL NOT NULL, event_data TEXT NOT NULL, PRIMARY KEY (app_name, user_id, session_id, id),
            FOREIGN KEY (app_name, user_id, session_id) REFERENCES sessions(app_name, user_id, id) ON DELETE CASCADE);
        """;

    /// <summary>The tables as ADK JS makes them.</summary>
    public const string AdkJsTables = """
        CREATE TABLE adk_internal_metadata (key text not null, value text not null, primary key (key));
        CREATE TABLE app_states (app_name text not null, state json not null, update_time datetime not null, primary key (app_name));
        CREATE TABLE user_states (
            app_name text not null, user_id text not null, state json not null, update_time datetime not null, primary key (app_name, user_id));
        CREATE TABLE sessions (
            id text not null, app_name text not null, user_id text not null, state json not null, create_time datetime not null,
            update_time datetime not null, primary key (id, app_name, user_id));
        CREATE TABLE events (
            id text not null, app_name text not null, user_id text not null, session_id text not null, invocation_id text not null,
            timestamp datetime not null, event_data json not null, primary key (id, app_name, user_id, session_id));
        INSERT INTO adk_internal_metadata VALUES ('schema_version', '1');
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-contract-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "sessions.db");

    /// <summary>Gets the address, for the store and for ADK JS alike.</summary>
    public string Address => $"sqlite:///{Path}";

    public ISessionStore Open() => StorageDialects.BuiltIn.Open(Address, new());

    /// <summary>Runs statements in a connection of their own.</summary>
    public void Execute(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Reads the first column of all rows.</summary>
    public List<object> Query(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var values = new List<object>();
        while (rows.Read())
        {
            values.Add(rows.GetValue(0));
        }

        return values;
    }

    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False;Foreign Keys=True");
        connection.Open();
        return connection;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
