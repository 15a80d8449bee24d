using System.Net.Sockets;
using Npgsql;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Sources.Postgres;

/// <summary>Tells what the model can correct from what the operator must.</summary>
internal static class PostgresErrors
{
    // The driver has no code for it; both its messages begin so.
    private const string PoolExhausted = "The connection pool has been exhausted";

    // Class 08: connection, 28: password or user, 53: resources, 57: intervention of an operator, 58: system, F0: configuration, XX: internal.
    private static readonly string[] OfServer = ["08", "28", "53", "57", "58", "F0", "XX"];

    /// <summary>Returns whether the statement or its values are at fault.</summary>
    public static bool IsOfStatement(PostgresException error) =>
        error.SqlState is not (PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable)
        // The only rule of the protocol that a statement can break is to have another number of parameters.
        && (error.SqlState is PostgresErrorCodes.ProtocolViolation || !OfServer.Contains(error.SqlState[..2]));

    /// <summary>Returns whether a statement was prepared, or its columns asked for, when a table was not what it is now.</summary>
    public static bool IsOutdated(Exception error) => error switch
    {
        PostgresColumnsException => true,
        PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported, Routine: "RevalidateCachedQuery" } => true,
        // The columns are not as many as when they were asked for.
        PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation, Routine: "PortalSetResultFormat" } => true,
        // A connection pooler gave us a server connection that someone else prepared on.
        PostgresException { SqlState: PostgresErrorCodes.InvalidSqlStatementName } => true,
        _ => false,
    };

    /// <summary>Returns whether a connection that had been open broke, with or without the server's last word.</summary>
    public static bool IsCut(NpgsqlException error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => true,
        PostgresException => false,
        // It could not be opened in the first place.
        { InnerException: SocketException or TimeoutException } => false,
        _ => !IsPoolExhausted(error),
    };

    /// <summary>Returns what the server says of a statement, with its code; not its details, which repeat values of rows.</summary>
    public static string Words(PostgresException error) =>
        $"{error.MessageText} (SQLSTATE {error.SqlState}){(error.Hint is { Length: > 0 } hint ? $" Hint: {hint}" : "")}";

    public static ServiceException Explain(string source, NpgsqlConnectionStringBuilder settings, Exception error)
    {
        var place = $"Source '{source}' (PostgreSQL at '{settings.Host}:{settings.Port}')";
        var code = error is PostgresException { SqlState: var state } ? $" (SQLSTATE {state})" : "";
        return error switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => new PermissionDeniedException(
                $"{place} does not let user '{settings.Username}' do this{code}. Fix: grant it what the tool needs.", "SOURCE_DENIES", error),
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } or PostgresException { SqlState: ['2', '8', ..] } => new UnavailableException(
                $"{place} refuses user '{settings.Username}' for database '{settings.Database}'{code}. Fix: correct user, password and database in the tools file.",
                reason: "SOURCE_REFUSES", inner: error),
            PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable } =>
                new StaleException($"{place} undid the statement because of another one{code}. Fix: call the tool again.", "SOURCE_CONTENTION", error),
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => new DeadlineException(
                $"{place} ended the statement before it was done{code}. Fix: ask for less, or raise statement_timeout there.", "SOURCE_TIMEOUT", error),
            _ when IsPoolExhausted(error) => new UnavailableException(
                $"All {settings.MaxPoolSize} connections of {place} were in use for {settings.Timeout} s. Fix: call the tool again later.", reason: "SOURCE_BUSY", inner: error),
            PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => new UnavailableException(
                $"{place} has no connection left{code}. Fix: raise max_connections there, or set pool_max_conns in queryParams.", reason: "SOURCE_BUSY", inner: error),
            _ => new UnavailableException(
                $"{place} does not answer{code}. Fix: check it with: pg_isready -h {settings.Host} -p {settings.Port}", reason: "SOURCE_UNAVAILABLE", inner: error),
        };
    }

    private static bool IsPoolExhausted(Exception error) =>
        error is NpgsqlException and not PostgresException && error.Message.StartsWith(PoolExhausted, StringComparison.Ordinal);
}
