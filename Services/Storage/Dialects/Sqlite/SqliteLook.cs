using Microsoft.Data.Sqlite;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>Looks at a file without leaving a trace of it: no database, and none of the two files that SQLite keeps beside an open one.</summary>
internal static class SqliteLook
{
    private const int PlaceOfWriteVersion = 18;
    private const int WriteAheadLog = 2;

    /// <exception cref="StorageException">The file cannot be opened, or its tables are of a layout that this store does not write.</exception>
    public static SessionTables At(SqliteConnectionStringBuilder settings, TimeSpan patience)
    {
        var file = Path.GetFullPath(settings.DataSource);
        try
        {
            if (!File.Exists(file))
            {
                return settings.Mode is SqliteOpenMode.ReadWriteCreate && Directory.Exists(Path.GetDirectoryName(file))
                    ? SessionTables.None
                    : throw SqliteErrors.CannotOpen(settings.DataSource);
            }

            using var link = SqliteLink.OpenToRead(Source(file), patience);
            return SqliteDetection.Detect(link) is null ? SessionTables.None
                : SqliteSchema.IsComplete(link) ? SessionTables.Complete
                : SessionTables.Incomplete;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw SqliteErrors.CannotOpen(settings.DataSource, error);
        }
        catch (SqliteException error)
        {
            throw SqliteErrors.Translate(error, settings.DataSource);
        }
    }

    /// <summary>
    /// Names the file. A reader of a file with a write-ahead log makes the log where it is missing. It is missing when nobody has the file
    /// open, and then the file may be taken for one that does not change: https://www.sqlite.org/wal.html#read_only_databases.
    /// </summary>
    private static string Source(string file) =>
        HasLog(file) && !(File.Exists($"{file}-wal") && File.Exists($"{file}-shm")) ? $"{new Uri(file).AbsoluteUri}?immutable=1" : file;

    private static bool HasLog(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[PlaceOfWriteVersion + 1];
        return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header[PlaceOfWriteVersion] == WriteAheadLog;
    }
}
