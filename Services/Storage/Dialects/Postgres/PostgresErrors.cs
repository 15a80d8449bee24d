using System.Net.Sockets;
using Npgsql;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>Reduces the driver's errors to what a caller can act on. No message repeats the driver's: it may hold values.</summary>
internal static class PostgresErrors
{
    // The driver has no code for it; both its messages begin so.
    private const string PoolExhausted = "The connection pool has been exhausted";

    public static StorageFailure Classify(Exception error) => error switch
    {
        // Npgsql calls a lost race transient too, but only a whole new statement helps, so it goes first.
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => StorageFailure.Contention,
        // Another writer or replica made the same row or table between our look and our write.
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable } => StorageFailure.Contention,
        _ when IsSchemaChange(error) => StorageFailure.Contention,
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable } => StorageFailure.Timeout,
        PostgresException { SqlState: var state } when state.StartsWith("28", StringComparison.Ordinal) => StorageFailure.Denied,
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege } => StorageFailure.Denied,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.ReadOnlySqlTransaction } => StorageFailure.Full,
        // 22: text that jsonb cannot hold, a number out of range. 54: past a limit of the server, for instance the size of a jsonb.
        PostgresException { SqlState: var state } when state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("54", StringComparison.Ordinal) =>
            StorageFailure.InvalidData,
        PostgresException { IsTransient: true } => StorageFailure.Unavailable,
        PostgresException => StorageFailure.Unknown,
        _ when IsPoolExhausted(error) => StorageFailure.Unavailable,
        NpgsqlException { InnerException: TimeoutException } => StorageFailure.Timeout,
        NpgsqlException or SocketException or IOException => StorageFailure.Unavailable,
        TimeoutException => StorageFailure.Timeout,
        _ => StorageFailure.Unknown,
    };

    /// <summary>Tells whether the statement was undone because of another writer, so that it can be run again at once.</summary>
    public static bool IsLostRace(Exception error) =>
        error is StorageException { Failure: StorageFailure.Contention } || (error is PostgresException && Classify(error) == StorageFailure.Contention);

    /// <summary>Tells whether tables went away or changed under a prepared statement: someone else's schema update.</summary>
    public static bool IsSchemaChange(Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.FeatureNotSupported };

    /// <summary>Tells whether a connection that had been open broke, with or without the server's last word.</summary>
    public static bool IsCut(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => true,
        PostgresException => false,
        NpgsqlException { InnerException: SocketException or TimeoutException } => false,
        NpgsqlException => !IsPoolExhausted(error),
        _ => error is IOException,
    };

    /// <summary>Tells whether a write was undone because an event id is taken, or a state is too large.</summary>
    public static bool IsRefusal(PostgresException error) => error.SqlState == PostgresErrorCodes.UniqueViolation || IsStateTooLarge(error);

    /// <summary>Tells whether the statements made a state NULL because it is past its limit.</summary>
    public static bool IsStateTooLarge(PostgresException error) => error is { SqlState: PostgresErrorCodes.NotNullViolation, ColumnName: "state" };

    public static StorageException KeepsChanging(SessionKey key) =>
        new(StorageFailure.Contention, $"Session '{key.Id}' keeps changing.", "Send the call again.");

    public static StorageException Translate(Exception error, StorageFailure failure, NpgsqlConnectionStringBuilder settings)
    {
        var place = $"PostgreSQL at '{settings.Host}:{settings.Port}'";
        var code = error is PostgresException { SqlState: var state } ? $" (SQLSTATE {state})" : "";
        var (problem, fix) = failure switch
        {
            StorageFailure.Unavailable when IsPoolExhausted(error) => (
                $"All {settings.MaxPoolSize} connections of this process to {place} were in use for {settings.Timeout} s.",
                "Send the call again; if it lasts, raise pool_size in the address, within the server's max_connections."),
            StorageFailure.Unavailable when error is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => (
                $"{place} has no connection left{code}.", "Lower pool_size in the address of each replica, or raise the server's max_connections."),
            StorageFailure.Unavailable => ($"{place} does not answer{code}.", $"Check it with: pg_isready -h {settings.Host} -p {settings.Port}"),
            StorageFailure.Contention => ($"{place} kept seeing conflicting writes{code}.", "Send the call again."),
            StorageFailure.Timeout => ($"{place} did not finish in time{code}.", "Send the call again."),
            StorageFailure.Denied when error is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => (
                $"{place} does not let user '{settings.Username}' do this in database '{settings.Database}'{code}.",
                "Start the service once as the owner of the tables, so that they are complete, and grant this user SELECT, INSERT, UPDATE and DELETE on them."),
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

    private static bool IsPoolExhausted(Exception error) =>
        error is NpgsqlException and not PostgresException && error.Message.StartsWith(PoolExhausted, StringComparison.Ordinal);
}
