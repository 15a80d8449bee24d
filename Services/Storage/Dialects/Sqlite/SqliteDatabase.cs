using Microsoft.Data.Sqlite;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The connections to one SQLite database: one writer and several readers. A database in memory is one connection for both.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    // Other processes write for milliseconds; a schema update of theirs may take seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SqliteWriter _writer;
    private readonly SqliteReaders? _readers;

    public SqliteDatabase(SqliteConnectionStringBuilder settings)
    {
        var inMemory = settings.Mode == SqliteOpenMode.Memory;
        // A reader that finds no file must not make an empty one.
        var reading = new SqliteConnectionStringBuilder(settings.ConnectionString) { Mode = SqliteOpenMode.ReadWrite };
        Name = settings.DataSource;
        _writer = new(() => SqliteLink.Open(settings, Patience), inMemory);
        _readers = inMemory ? null : new(() => SqliteLink.Open(reading, Patience));
    }

    /// <summary>Gets the file, for messages.</summary>
    public string Name { get; }

    /// <summary>Does the work under the write lock; returns after the commit.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken) => _writer.RunAsync(work, cancellationToken);

    /// <summary>Reads at one moment.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken) =>
        _readers?.RunAsync(work, cancellationToken) ?? _writer.RunAsync(work, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        if (_readers is not null)
        {
            await _readers.DisposeAsync();
        }
    }
}
