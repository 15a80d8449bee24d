using Microsoft.Data.Sqlite;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The connections to one SQLite database: one writer and several readers. A database in memory is one connection for both.</summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    // Other processes write for milliseconds; a schema update of theirs may take seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SqliteWriter _writer;
    private readonly SqliteReaders? _readers;
    private readonly Func<SessionTables>? _look;

    public SqliteDatabase(SqliteConnectionStringBuilder settings)
        : this(
            settings.DataSource,
            () => SqliteLink.Open(settings, Patience),
            // A reader that finds no file must not make an empty one.
            settings.Mode == SqliteOpenMode.Memory
                ? null
                : () => SqliteLink.Open(new(settings.ConnectionString) { Mode = SqliteOpenMode.ReadWrite }, Patience)) =>
        _look = settings.Mode == SqliteOpenMode.Memory ? null : () => SqliteLook.At(settings, Patience);

    /// <param name="name">What to call the database in messages.</param>
    /// <param name="openWriter">Opens the connection that writes.</param>
    /// <param name="openReader">Opens one that reads; <see langword="null"/> for a database in memory, which belongs to its one connection.</param>
    internal SqliteDatabase(string name, Func<SqliteLink> openWriter, Func<SqliteLink>? openReader)
    {
        Name = name;
        _writer = new(openWriter, inMemory: openReader is null);
        _readers = openReader is null ? null : new(openReader);
    }

    /// <summary>Gets the file, for messages.</summary>
    public string Name { get; }

    /// <summary>Does the work under the write lock; returns after the commit.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken) => _writer.RunAsync(work, cancellationToken);

    /// <summary>Reads at one moment.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteLink, T> work, CancellationToken cancellationToken) =>
        _readers?.RunAsync(work, cancellationToken) ?? _writer.RunAsync(work, cancellationToken);

    /// <summary>Looks at the tables of the file and changes nothing; <see langword="null"/> for a database in memory, which nobody can look at from outside.</summary>
    public Task<SessionTables>? InspectAsync(CancellationToken cancellationToken) => _look is null ? null : Task.Run(_look, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        if (_readers is not null)
        {
            await _readers.DisposeAsync();
        }
    }
}
