using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Runtime.Storage.Dialects.Sqlite;

/// <summary>The file was moved, deleted or replaced while it was open, or lacks tables: what was under way is not in it.</summary>
internal sealed class SqliteFileChangedException : Exception;

/// <summary>Reduces SQLite's errors to what a caller can act on. No message repeats SQLite's: it may hold values.</summary>
internal static class SqliteErrors
{
    /// <summary>Tells whether the error is one statement's own, so that the rest of its transaction stands.</summary>
    public static bool IsOfStatement(Exception error) => error is not SqliteException { SqliteErrorCode: var code }
        || code is SQLITE_ERROR or SQLITE_CONSTRAINT or SQLITE_TOOBIG or SQLITE_MISMATCH;

    /// <summary>Tells whether the tables or the file are not what they were, so that looking again may help. Nothing was done.</summary>
    public static bool MayLookAgain(Exception error) =>
        error is SqliteFileChangedException or SqliteException { SqliteErrorCode: SQLITE_ERROR or SQLITE_CANTOPEN };

    public static StorageException Translate(Exception error, string file)
    {
        var place = $"The SQLite database '{file}'";
        return (error as SqliteException)?.SqliteErrorCode switch
        {
            null => new(StorageFailure.Unavailable, $"{place} was moved or replaced while it was open.", "Send the call again.", error),
            SQLITE_BUSY or SQLITE_LOCKED or SQLITE_PROTOCOL => new(
                StorageFailure.Contention, $"{place} is locked by another process.", "Send the call again.", error),
            SQLITE_FULL => new(StorageFailure.Full, $"{place} has no space left.", "Free space on its disk.", error),
            SQLITE_READONLY => new(StorageFailure.Full, $"{place} may only be read.", "Make the file and its folder writable for this process.", error),
            SQLITE_IOERR => new(StorageFailure.Unavailable, $"{place} cannot be read or written at the moment{Code(error)}.", "Check the disk that it is on.", error),
            SQLITE_CANTOPEN or SQLITE_PERM or SQLITE_AUTH => CannotOpen(file, error),
            SQLITE_CORRUPT or SQLITE_NOTADB => new(
                StorageFailure.Denied, $"{place} is not a SQLite database, or is damaged.", "Name another file, or restore it from a backup.", error),
            SQLITE_TOOBIG => new(StorageFailure.InvalidData, $"{place} cannot hold a value of that size.", "Send less than a gigabyte.", error),
            _ => new(StorageFailure.Unknown, $"{place} failed unexpectedly{Code(error)}.", "Look for the cause in the log.", error),
        };
    }

    public static StorageException CannotOpen(string file, Exception? error = null) => new(
        StorageFailure.Denied, $"The SQLite database '{file}' cannot be opened.", "Create its folder, and make it readable and writable for this process.", error);

    private static string Code(Exception error) => error is SqliteException { SqliteExtendedErrorCode: var code } ? $" (SQLite error {code})" : "";
}
