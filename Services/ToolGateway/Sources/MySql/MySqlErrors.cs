using MySqlConnector;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Sources.MySql;

/// <summary>Tells what the model can correct from what the operator must.</summary>
internal static class MySqlErrors
{
    private const MySqlErrorCode MariaDbStatementTimeout = (MySqlErrorCode)1969;
    private const MySqlErrorCode MariaDbConnectionKilled = (MySqlErrorCode)1927;
    private const MySqlErrorCode MariaDbAccessDenied = (MySqlErrorCode)1698;

    /// <summary>Returns whether the statement or its values are at fault.</summary>
    public static bool IsOfStatement(MySqlException error) => error.SqlState is { Length: 5 } && KindOf(error) is Kind.Statement;

    public static ServiceException Explain(string source, MySqlConnectionStringBuilder settings, MySqlException error)
    {
        var place = $"Source '{source}' (MySQL at '{settings.Server}:{settings.Port}')";
        var code = error.Number > 0 ? $" (error {error.Number})" : "";
        return KindOf(error) switch
        {
            Kind.Denied => new PermissionDeniedException($"{place} does not let user '{settings.UserID}' do this{code}. Fix: grant it what the tool needs.", "SOURCE_DENIES", error),
            Kind.Refused => new UnavailableException(
                $"{place} refuses user '{settings.UserID}' for database '{settings.Database}'{code}. Fix: correct user, password and database in the tools file.",
                reason: "SOURCE_REFUSES", inner: error),
            Kind.Contention => new StaleException($"{place} undid the statement because of another one{code}. Fix: call the tool again.", "SOURCE_CONTENTION", error),
            Kind.Timeout => new DeadlineException($"{place} ended the statement before it was done{code}. Fix: ask for less, or raise queryTimeout.", "SOURCE_TIMEOUT", error),
            _ => Unavailable(source, settings, error),
        };
    }

    public static UnavailableException Unavailable(string source, MySqlConnectionStringBuilder settings, MySqlException? error) => new(
        $"Source '{source}' (MySQL at '{settings.Server}:{settings.Port}') does not answer{(error?.Number > 0 ? $" (error {error.Number})" : "")}. "
        + $"Fix: check it with: mariadb-admin --host={settings.Server} --port={settings.Port} ping",
        reason: "SOURCE_UNAVAILABLE", inner: error);

    private static Kind KindOf(MySqlException error) => error.ErrorCode switch
    {
        MySqlErrorCode.TableAccessDenied or MySqlErrorCode.ColumnAccessDenied or MySqlErrorCode.SpecifiedAccessDeniedError => Kind.Denied,
        MySqlErrorCode.AccessDenied or MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.UnknownDatabase or MariaDbAccessDenied => Kind.Refused,
        MySqlErrorCode.LockDeadlock or MySqlErrorCode.LockWaitTimeout => Kind.Contention,
        MySqlErrorCode.QueryTimeout or MySqlErrorCode.QueryInterrupted or MySqlErrorCode.CommandTimeoutExpired or MariaDbStatementTimeout => Kind.Timeout,
        <= 0 or MariaDbConnectionKilled or MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.ConnectionCountError or MySqlErrorCode.TooManyUserConnections
            or MySqlErrorCode.ServerShutdown or MySqlErrorCode.NormalShutdown => Kind.Unavailable,
        _ => Kind.Statement,
    };

    private enum Kind
    {
        Statement,
        Denied,
        Refused,
        Contention,
        Timeout,
        Unavailable,
    }
}
