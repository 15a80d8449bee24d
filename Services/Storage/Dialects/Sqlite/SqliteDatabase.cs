using Microsoft.Data.Sqlite;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The connections to one SQLite database: many readers, and writers one after the other.</summary>
/// <remarks>
/// Writers of this process queue at a semaphore, which costs nothing, instead of at the database, which they would poll. A database in
/// memory belongs to its connection, so there all work goes through one.
/// </remarks>
internal sealed class SqliteDatabase(SqliteConnectionStringBuilder settings) : IAsyncDisposable
{
    // synchronous=FULL: in WAL mode the default of NORMAL may lose acknowledged commits when the power fails.
    private const string Pragmas = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";

    private readonly bool _inMemory = settings.Mode == SqliteOpenMode.Memory;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private SqliteConnection? _kept;

    /// <summary>Gets the file, for messages.</summary>
    public string Name => settings.DataSource;

    public async Task<T> WriteAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            var connection = _kept ??= Open();
            // Not deferred: the write lock comes first, so what is read inside cannot change before the commit.
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = work(connection, transaction);
            transaction.Commit();
            return result;
        }
        catch (SqliteException) when (!_inMemory)
        {
            // The file may have been moved or replaced; a new connection sees what is there now.
            _kept?.Dispose();
            _kept = null;
            throw;
        }
        finally
        {
            _writer.Release();
        }
    }

    public async Task<T> ReadAsync<T>(Func<SqliteConnection, SqliteTransaction, T> work, CancellationToken cancellationToken)
    {
        if (_inMemory)
        {
            return await WriteAsync(work, cancellationToken);
        }

        using var connection = Open();
        // A deferred transaction is one moment of the database for all statements in it, and keeps no writer waiting.
        using var transaction = connection.BeginTransaction(deferred: true);
        return work(connection, transaction);
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.WaitAsync();
        if (_kept is { } kept)
        {
            _kept = null;
            SqliteConnection.ClearPool(kept);
            kept.Dispose();
        }

        _writer.Dispose();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = Pragmas;
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
