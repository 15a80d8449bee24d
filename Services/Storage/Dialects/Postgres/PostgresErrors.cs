using System.Net.Sockets;
using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Reduces the driver's errors to what a caller can act on. No message repeats the driver's: it may hold values.</summary>
internal static class PostgresErrors
{
    public static StorageFailure Classify(Exception error) => error switch
    {
        // Npgsql calls a lost race transient too, but only a whole new statement helps, so it goes first.
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => StorageFailure.Contention,
        // Another writer or replica made the same row or table between our look and our write.
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable } => StorageFailure.Contention,
        // The tables went away or changed under a prepared statement (someone else's schema update): look again.
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or "0A000" } => StorageFailure.Contention,
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable } => StorageFailure.Timeout,
        PostgresException { SqlState: var state } when state.StartsWith("28", StringComparison.Ordinal) => StorageFailure.Denied,
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege } => StorageFailure.Denied,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction } => StorageFailure.Full,
        // 22: text that jsonb cannot hold, a number out of range. 54: past a limit of the server, for instance the size of a jsonb.
        PostgresException { SqlState: var state } when state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("54", StringComparison.Ordinal) =>
            StorageFailure.InvalidData,
        PostgresException { IsTransient: true } => StorageFailure.Unavailable,
        PostgresException => StorageFailure.Unknown,
        NpgsqlException { InnerException: TimeoutException } => StorageFailure.Timeout,
        NpgsqlException or SocketException or IOException => StorageFailure.Unavailable,
        TimeoutException => StorageFailure.Timeout,
        _ => StorageFailure.Unknown,
    };

    public static StorageException Translate(Exception error, StorageFailure failure, NpgsqlConnectionStringBuilder settings)
    {
        var place = $"PostgreSQL at '{settings.Host}:{settings.Port}'";
        var code = error is PostgresException { SqlState: var state } ? $" (SQLSTATE {state})" : "";
        var (problem, fix) = failure switch
        {
            StorageFailure.Unavailable => ($"{place} does not answer{code}.", $"Check it with: pg_isready -h {settings.Host} -p {settings.Port}"),
            StorageFailure.Contention => ($"{place} kept seeing conflicting writes{code}.", "Send the call again."),
            StorageFailure.Timeout => ($"{place} did not finish in time{code}.", "Send the call again."),
            StorageFailure.Denied => (
                $"{place} refuses user '{settings.Username}' for database '{settings.Database}', or has no such database{code}.",
                "Correct user, password and database in the address."),
            StorageFailure.Full => ($"{place} cannot be written to{code}.", "Free space on it, or name its primary server."),
            StorageFailure.InvalidData => ($"{place} cannot represent the value{code}.",
            "Send text that is valid Unicode and numbers of ordinary size."),
            _ => ($"{place} failed unexpectedly{code}.", "Look for the cause in the log."),
        };
        return new(failure, problem, fix, error);
    }
}
