using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>MySQL 8.0.17 or later and MariaDB 10.5 or later, by URL as SQLAlchemy and ADK JS write it.</summary>
/// <remarks>What differs between the two is decided by what the server says of itself, not by the scheme.</remarks>
public sealed class MySqlDialect : IStorageDialect
{
    public string Name => "mysql";

    public IReadOnlyList<string> Schemes => ["mysql", "mariadb"];

    public IReadOnlyList<string> Forms => ["mysql://user:password@host:3306/database", "mariadb://user:password@host:3306/database"];

    public ISessionStore Open(ConnectionUrl url, StorageContext context)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(context);
        return new MySqlSessionStore(MySqlAddress.Settings(url), context);
    }
}
