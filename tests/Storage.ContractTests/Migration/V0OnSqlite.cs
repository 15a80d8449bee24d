using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Runtime.Storage.ContractTests.Migration;

/// <summary>A file of its own.</summary>
public sealed class V0OnSqlite : V0Database
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-migration-").FullName;

    public string File => Path.Combine(_folder, "sessions.db");

    public override string Address => $"sqlite:///{File}";

    protected override string LaterColumns => """
        long_running_tool_ids_json TEXT, grounding_metadata TEXT, custom_metadata TEXT, usage_metadata TEXT, citation_metadata TEXT,
        interrupted BOOLEAN, input_transcription TEXT, output_transcription TEXT,
        """;

    protected override string False => "0";

    public override Task CreateAsync() => ExecuteAsync("PRAGMA journal_mode = WAL");

    public override Task<IReadOnlyList<string>> TableNamesAsync() => RowsAsync("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    protected override DbConnection Connect() => new SqliteConnection($"Data Source={File};Pooling=false");

    protected override object Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    protected override string Tables(string laterColumns) => $"""
        CREATE TABLE app_states (app_name VARCHAR(128) NOT NULL, state TEXT NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name));
        CREATE TABLE sessions (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, id VARCHAR(128) NOT NULL, state TEXT NOT NULL,
            create_time DATETIME NOT NULL, update_time DATETIME NOT NULL, PRIMARY KEY (app_name, user_id, id));
        CREATE TABLE user_states (
            app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, state TEXT NOT NULL, update_time DATETIME NOT NULL,
            PRIMARY KEY (app_name, user_id));
        CREATE TABLE events (
            id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, author VARCHAR(256) NOT NULL, actions BLOB NOT NULL, branch VARCHAR(256),
            timestamp DATETIME NOT NULL, content TEXT, partial BOOLEAN, turn_complete BOOLEAN, error_code VARCHAR(256), error_message VARCHAR(1024),
            {laterColumns}
            PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY(app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        """;
}
