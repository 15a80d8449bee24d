using Microsoft.Data.Sqlite;
using Runtime.Storage.Connections;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Reads the addresses of SQLite as SQLAlchemy, ADK Python and ADK JS write them.</summary>
internal static class SqliteAddress
{
    private const string InMemory = ":memory:";
    private const string FileScheme = "file:";

    /// <summary>Says which file, and whether it may be made.</summary>
    /// <exception cref="ConnectionUrlException">The address cannot work, whatever is on the disk.</exception>
    public static SqliteConnectionStringBuilder Read(ConnectionUrl url)
    {
        var path = Uri.UnescapeDataString((url.Host, url.Path) switch
        {
            // SQLAlchemy's shortest form of a database in memory.
            (InMemory, "") or ("", "") => InMemory,
            ("", ['/', .. var rest]) when rest.Length > 0 => rest,
            // sqlite://./rel.db and sqlite://../rel.db, as ADK JS writes a relative path.
            ("." or "..", { Length: > 1 } rest) => url.Host + rest,
            _ => throw new ConnectionUrlException("The SQLite URL names no file.", $"Write {new SqliteDialect().Forms[0]}."),
        });
        if (path.StartsWith(FileScheme, StringComparison.Ordinal))
        {
            path = FileOf(path[FileScheme.Length..]);
        }

        var mode = path == InMemory ? SqliteOpenMode.Memory : SqliteOpenMode.ReadWriteCreate;
        foreach (var (name, value) in url.Parameters)
        {
            mode = (name.ToUpperInvariant(), value.ToUpperInvariant()) switch
            {
                ("MODE", "RWC") => mode,
                ("MODE", "RW") when mode != SqliteOpenMode.Memory => SqliteOpenMode.ReadWrite,
                ("MODE", "MEMORY") => SqliteOpenMode.Memory,
                ("MODE", "RO") => throw new ConnectionUrlException(
                    "The SQLite URL has 'mode=ro', and a store of sessions writes.", "Remove it, or use mode=rw, which makes no new file."),
                // Both say how SQLAlchemy opens the file; the store keeps connections of its own.
                ("CACHE", "SHARED" or "PRIVATE") or ("URI", "TRUE" or "1") => mode,
                _ => throw new ConnectionUrlException(
                    $"The SQLite URL has '{name}={value}', which is not known.", "Use mode=rw, mode=rwc, mode=memory, cache=shared, cache=private or uri=true."),
            };
        }

        return new()
        {
            DataSource = path,
            Mode = mode,
            // The store keeps its connections itself.
            Pooling = false,
        };
    }

    // file:rel.db, file:/abs.db, file:///abs.db, file:///C:/abs.db
    private static string FileOf(string uri)
    {
        var path = uri.StartsWith("///", StringComparison.Ordinal) ? uri[2..] : uri;
        return path switch
        {
            "" => throw new ConnectionUrlException("The SQLite URL names no file.", "Write the path behind 'file:'."),
            ['/', '/', ..] => throw new ConnectionUrlException("The SQLite URL names a host behind 'file:'.", "Write file:/absolute/path.db or file:relative.db."),
            ['/', var drive, ':', '/', ..] when char.IsAsciiLetter(drive) => path[1..],
            _ => path,
        };
    }
}
