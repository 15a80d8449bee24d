using System.Data.Common;
using Microsoft.Data.Sqlite;
using Runtime.Storage.Connections;
using Runtime.Storage.Migration;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The statements of a migration on SQLite, where every transaction has the file to itself.</summary>
internal sealed class SqliteMigration : MigrationDatabase
{
    private const int Busy = 5;

    private readonly SqliteConnectionStringBuilder _settings;

    private SqliteMigration(SqliteConnectionStringBuilder settings)
        : base(new SqliteConnection(settings.ConnectionString)) => _settings = settings;

    public override string Name => $"SQLite file '{_settings.DataSource}'";

    public override string Backup => $"sqlite3 {Shell.Quote(_settings.DataSource)} {Shell.Quote($".backup '{_settings.DataSource}.v0.bak'")}";

    public override bool RenamesInTransaction => true;

    public static SqliteMigration For(ConnectionUrl url)
    {
        var settings = SqliteAddress.Read(url);
        settings.Pooling = false;
        settings.DefaultTimeout = 30;
        // Rows of deleted sessions, which SQLite keeps where nobody asked it to enforce foreign keys, are converted like any other.
        settings.ForeignKeys = false;
        if (settings.Mode == SqliteOpenMode.ReadWriteCreate)
        {
            // A misspelt name must not become an empty database.
            settings.Mode = SqliteOpenMode.ReadWrite;
        }

        return new(settings);
    }

    // Several runs may take turns: each batch begins with the mark as the one before left it.
    public override Task<bool> TryLockAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    public override async Task<IReadOnlySet<string>> ColumnsAsync(string table, CancellationToken cancellationToken) =>
        (await QueryAsync("SELECT name FROM pragma_table_info(@table)", [("@table", table)], row => row.GetString(0), cancellationToken))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    public override Task PrepareAsync(CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        CREATE TABLE IF NOT EXISTS {MigrationMark.Table} (name text NOT NULL PRIMARY KEY, value text NOT NULL);
        CREATE TABLE IF NOT EXISTS {Target} (
            id VARCHAR(128) NOT NULL, app_name VARCHAR(128) NOT NULL, user_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL,
            invocation_id VARCHAR(256) NOT NULL, timestamp DATETIME NOT NULL, event_data TEXT,
            PRIMARY KEY (id, app_name, user_id, session_id),
            FOREIGN KEY (app_name, user_id, session_id) REFERENCES sessions (app_name, user_id, id) ON DELETE CASCADE);
        """, [], cancellationToken);

    // The transaction has the file to itself already.
    public override Task LockEventsAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // An index cannot be renamed here. The one on the kept table lets a session be deleted without looking through all of it.
    public override Task RenameAsync(CancellationToken cancellationToken) => ExecuteAsync(
        $"""
        DROP INDEX IF EXISTS idx_events_app_user_session_ts;
        DROP INDEX IF EXISTS idx_{Kept}_app_user_session_ts;
        ALTER TABLE events RENAME TO {Kept};
        ALTER TABLE {Target} RENAME TO events;
        CREATE INDEX idx_events_app_user_session_ts ON events (app_name, user_id, session_id, timestamp DESC);
        CREATE INDEX idx_{Kept}_app_user_session_ts ON {Kept} (app_name, user_id, session_id, timestamp DESC);
        """, [], cancellationToken);

    public override StorageException Translate(DbException error) => (error as SqliteException)?.SqliteErrorCode switch
    {
        Busy or Busy + 1 => InUse(error),
        14 => new(StorageFailure.Denied, $"{Name} cannot be opened.", "Correct its name; migrating creates none.", error),
        8 or 13 => new(StorageFailure.Full, $"{Name} cannot be written to.", "Free space, or make the file and its folder writable.", error),
        11 or 26 => new(StorageFailure.Denied, $"{Name} is not a SQLite database, or is damaged.", "Name another file, or restore it from a backup.", error),
        var code => new(StorageFailure.Unknown, $"{Name} failed unexpectedly (SQLite error {code}).", "Restore the backup, and report the fault.", error),
    };
}
