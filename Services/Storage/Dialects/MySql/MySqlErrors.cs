using MySqlConnector;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Reduces the driver's errors to what a caller can act on. No message repeats the driver's: it may hold values.</summary>
internal static class MySqlErrors
{
    // Errors that the driver's list of names does not have.
    private const MySqlErrorCode CheckViolated = (MySqlErrorCode)4025;
    private const MySqlErrorCode MariaDbStatementTimeout = (MySqlErrorCode)1969;
    private const MySqlErrorCode MariaDbConnectionKilled = (MySqlErrorCode)1927;
    private const MySqlErrorCode MariaDbAccessDenied = (MySqlErrorCode)1698;
    private const MySqlErrorCode BinaryLogNeedsTrust = (MySqlErrorCode)1419;
    private const MySqlErrorCode ReadOnlyMode = (MySqlErrorCode)1836;
    private const MySqlErrorCode NoNumber = 0;

    /// <summary>Gets whether the user may not do what was asked for.</summary>
    public static bool IsRefused(MySqlException error) => error.ErrorCode
        is MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied or MySqlErrorCode.SpecifiedAccessDeniedError
        or MySqlErrorCode.DatabaseAccessDenied or BinaryLogNeedsTrust;

    /// <summary>Gets whether the tables are not as they were: someone else's schema update, or a missing table.</summary>
    public static bool IsOfTables(MySqlException error) => error.ErrorCode
        is MySqlErrorCode.NoSuchTable or MySqlErrorCode.BadFieldError or MySqlErrorCode.KeyDoesNotExist or MySqlErrorCode.TableDefinitionChanged;

    public static StorageFailure Classify(Exception error) => error is MySqlException known ? Classify(known) : error switch
    {
        TimeoutException => StorageFailure.Timeout,
        System.Net.Sockets.SocketException or IOException => StorageFailure.Unavailable,
        _ => StorageFailure.Unknown,
    };

    public static StorageException Translate(Exception error, MySqlConnectionStringBuilder settings)
    {
        var failure = Classify(error);
        var code = (error as MySqlException)?.ErrorCode ?? NoNumber;
        var place = $"The database at '{settings.Server}:{settings.Port}'";
        var number = code > NoNumber ? $" (error {(int)code})" : "";
        var (problem, fix) = failure switch
        {
            StorageFailure.Unavailable when IsTooMany(code) => (
                $"{place} has as many connections as it allows{number}.", "Raise max_connections there, or lower pool_size in the address."),
            StorageFailure.Unavailable when IsPoolExhausted(error) => (
                $"All {settings.MaximumPoolSize} connections to the database at '{settings.Server}:{settings.Port}' are in use.", "Raise pool_size in the address."),
            StorageFailure.Unavailable => (
                $"{place} does not answer{number}.", $"Check it with: mysqladmin ping -h {settings.Server} -P {settings.Port}"),
            StorageFailure.Contention => ($"{place} kept seeing conflicting writes{number}.", "Send the call again."),
            StorageFailure.Timeout => ($"{place} did not finish in time{number}.", "Send the call again."),
            StorageFailure.Denied => (
                $"{place} refuses user '{settings.UserID}' for database '{settings.Database}', or has no such database{number}.",
                "Correct user, password and database in the address."),
            StorageFailure.Full => ($"{place} cannot be written to{number}.", "Free space on it, or name its primary server."),
            StorageFailure.InvalidData when code == MySqlErrorCode.DataTooLong => (
                $"A name or id is longer than the column of the tables there{number}.", "Use at most 128 characters with tables that ADK Python made."),
            StorageFailure.InvalidData => ($"{place} cannot represent the value{number}.", "Send text that is valid Unicode and numbers of ordinary size."),
            _ => ($"{place} failed unexpectedly{number}.", "Look for the cause in the log."),
        };
        return new(failure, problem, fix, error);
    }

    public static StorageException PacketTooLarge(MySqlServer server, Exception? inner = null) => new(
        StorageFailure.InvalidData, $"The write is larger than the {server.MaxPacket} bytes that the database takes in one message.",
        "Raise max_allowed_packet on the database server, or keep large values as artifacts.", inner);

    private static StorageFailure Classify(MySqlException error) => error.ErrorCode switch
    {
        // Both undo the whole transaction or nothing of it, so the same statements can run again.
        MySqlErrorCode.LockDeadlock or MySqlErrorCode.XARBDeadlock => StorageFailure.Contention,
        // Another writer or replica made the same row, table or column between our look and our write.
        MySqlErrorCode.DuplicateKeyEntry or MySqlErrorCode.TableExists or MySqlErrorCode.DuplicateFieldName or MySqlErrorCode.DuplicateKeyName
            or MySqlErrorCode.TriggerAlreadyExists => StorageFailure.Contention,
        _ when IsOfTables(error) => StorageFailure.Contention,
        MySqlErrorCode.LockWaitTimeout or MySqlErrorCode.QueryTimeout or MySqlErrorCode.QueryInterrupted or MySqlErrorCode.CommandTimeoutExpired
            or MariaDbStatementTimeout => StorageFailure.Timeout,
        MySqlErrorCode.AccessDenied or MariaDbAccessDenied or MySqlErrorCode.UnknownDatabase => StorageFailure.Denied,
        MySqlErrorCode.DiskFull or MySqlErrorCode.RecordFileFull or MySqlErrorCode.ErrorOnWrite or MySqlErrorCode.GetErrorNumber
            or MySqlErrorCode.OptionPreventsStatement or ReadOnlyMode or MySqlErrorCode.CannotExecuteInReadOnlyTransaction
            or MySqlErrorCode.OpenAsReadOnly => StorageFailure.Full,
        MySqlErrorCode.DataTooLong or MySqlErrorCode.TruncatedWrongValueForField or MySqlErrorCode.DataOutOfRange or MySqlErrorCode.WarningDataOutOfRange
            or MySqlErrorCode.InvalidJsonText or MySqlErrorCode.InvalidJsonTextInParam or MySqlErrorCode.JsonDocumentTooDeep
            or MySqlErrorCode.PacketTooLarge or MySqlErrorCode.InvalidCharacterString or CheckViolated => StorageFailure.InvalidData,
        _ when IsRefused(error) => StorageFailure.Denied,
        var code when IsTooMany(code) || code is MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.ServerShutdown or MySqlErrorCode.NormalShutdown
            or MySqlErrorCode.UnknownCommand or MySqlErrorCode.HostIsBlocked or MySqlErrorCode.IPSocketError or MariaDbConnectionKilled => StorageFailure.Unavailable,
        // Without a number the error is not the server's: the connection broke.
        NoNumber => StorageFailure.Unavailable,
        _ => error.InnerException is null ? StorageFailure.Unknown : Classify(error.InnerException),
    };

    private static bool IsTooMany(MySqlErrorCode code) =>
        code is MySqlErrorCode.ConnectionCountError or MySqlErrorCode.TooManyUserConnections or MySqlErrorCode.UserLimitReached;

    private static bool IsPoolExhausted(Exception error) => error is MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost, InnerException: null }
        && error.Message.Contains("pooled connections", StringComparison.Ordinal);
}
