using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>A file of SQLite, or a database in memory. Slashes count as SQLAlchemy counts them: three relative, four absolute.</summary>
public sealed class SqliteDialect : IStorageDialect
{
    public string Name => "sqlite";

    public IReadOnlyList<string> Schemes => ["sqlite"];

    public IReadOnlyList<string> Forms => ["sqlite:///relative.db", "sqlite:////absolute/path.db", "sqlite:///:memory:"];

    public ISessionStore Open(ConnectionUrl url, StorageContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);
        return new SqliteSessionStore(new SqliteDatabase(SqliteAddress.Read(url)), context);
    }
}
