using Microsoft.Data.Sqlite;
using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>A file of SQLite, or a database in memory. Slashes count as SQLAlchemy counts them: three relative, four absolute.</summary>
public sealed class SqliteDialect : IStorageDialect
{
    private const string InMemory = ":memory:";

    public string Name => "sqlite";

    public IReadOnlyList<string> Schemes => ["sqlite"];

    public IReadOnlyList<string> Forms => ["sqlite:///relative.db", "sqlite:////absolute/path.db", "sqlite:///:memory:"];

    public ISessionStore Open(ConnectionUrl url, StorageContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);
        return new SqliteSessionStore(Settings(url), context);
    }

    internal static SqliteConnectionStringBuilder Settings(ConnectionUrl url)
    {
        var path = (url.Host, url.Path) switch
        {
            (InMemory, "") or ("", "/" + InMemory) => InMemory,
            ("", ['/', .. var rest]) when rest.Length > 0 => rest,
            // sqlite://./rel.db and sqlite://../rel.db, as the JavaScript SDK writes a relative path.
            ("." or "..", { Length: > 1 } rest) => url.Host + rest,
            _ => throw new ConnectionUrlException("The SQLite URL names no file.", $"Write one of {string.Join(", ", new SqliteDialect().Forms)}."),
        };

        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = path == InMemory ? SqliteOpenMode.Memory : SqliteOpenMode.ReadWriteCreate,
            Pooling = true,
        };
        foreach (var (name, value) in url.Parameters)
        {
            settings.Mode = (name.ToUpperInvariant(), value) switch
            {
                ("MODE", "rwc") => settings.Mode,
                ("MODE", "rw") => SqliteOpenMode.ReadWrite,
                ("MODE", "memory") => SqliteOpenMode.Memory,
                _ => throw new ConnectionUrlException(
                    $"The SQLite URL has '{name}={value}', which a store that writes cannot use.",
                    "Remove it, or use mode=rw, mode=rwc or mode=memory."),
            };
        }

        return settings;
    }
}
