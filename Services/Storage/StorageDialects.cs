using Runtime.Storage.Connections;
using Runtime.Storage.Dialects;
using Runtime.Storage.Dialects.InMemory;
using Runtime.Storage.Dialects.Postgres;
using Runtime.Storage.Dialects.Sqlite;

namespace Runtime.Storage;

/// <summary>Every dialect there is, found by the scheme of an address.</summary>
public static class StorageDialects
{
    /// <summary>Gets the dialects; a new one is one line here.</summary>
    public static IReadOnlyList<IStorageDialect> All { get; } =
    [
        new PostgresDialect(),
        new SqliteDialect(),
        new InMemoryDialect(),
    ];

    internal static string UseAnAcceptedForm => $"Use one of {string.Join(", ", All.SelectMany(dialect => dialect.Forms))}.";

    /// <summary>Opens the store that an address names, without connecting yet.</summary>
    /// <param name="address">A URL, or an Npgsql keyword string.</param>
    /// <param name="time">The server's clock.</param>
    /// <exception cref="ConnectionUrlException">The address cannot work, whatever the database does.</exception>
    public static ISessionStore Open(string address, TimeProvider time) => Find(address, out var url).Open(url, time);

    /// <summary>Finds the dialect of an address.</summary>
    /// <exception cref="ConnectionUrlException">No dialect has the address's scheme.</exception>
    public static IStorageDialect Find(string address, out ConnectionUrl url)
    {
        var parsed = ConnectionUrl.Parse(address);
        url = parsed;
        return All.FirstOrDefault(dialect => dialect.Schemes.Contains(parsed.Scheme))
            ?? throw new ConnectionUrlException(
                $"No session database is known by the scheme '{parsed.Scheme}' of '{ConnectionUrl.Mask(address)}'.", UseAnAcceptedForm);
    }
}
