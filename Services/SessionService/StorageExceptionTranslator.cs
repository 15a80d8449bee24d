using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Says the store's failures as the service's: what to resend, what to retry, what to take to the operator.</summary>
internal sealed class StorageExceptionTranslator : IExceptionTranslator
{
    public static string ReasonOf(StorageFailure failure) => failure switch
    {
        StorageFailure.Unavailable => "SESSION_DB_UNREACHABLE",
        StorageFailure.Contention => "SESSION_DB_CONTENTION",
        StorageFailure.Timeout => "SESSION_DB_TIMEOUT",
        StorageFailure.Denied => "SESSION_DB_DENIED",
        StorageFailure.SchemaOutdated => "SESSION_SCHEMA_OUTDATED",
        StorageFailure.SchemaMigrating => "SESSION_SCHEMA_MIGRATING",
        StorageFailure.SchemaTooNew => "SESSION_SCHEMA_TOO_NEW",
        StorageFailure.Full => "SESSION_DB_NOT_WRITABLE",
        StorageFailure.StateTooLarge => "STATE_TOO_LARGE",
        StorageFailure.InvalidData => "SESSION_DATA_NOT_STORABLE",
        StorageFailure.DataUnreadable => "SESSION_DATA_UNREADABLE",
        _ => "SESSION_DB_FAILED",
    };

    public ServiceException? Translate(Exception error) => error switch
    {
        InvalidInputException input => new InvalidArgumentException(input.Field, input.Came, input.Allowed, input),
        StorageException storage => Translate(storage),
        _ => null,
    };

    private static ServiceException? Translate(StorageException error) => error.Failure switch
    {
        StorageFailure.Unavailable or StorageFailure.Contention or StorageFailure.SchemaMigrating =>
            new UnavailableException(error.Message, reason: ReasonOf(error.Failure), inner: error),
        StorageFailure.StateTooLarge => new LimitExceededException(
            $"{error.Problem} Setting: {SessionOptions.Section}:MaxStateBytes. Fix: {error.Fix}", ReasonOf(error.Failure), error),
        StorageFailure.Timeout => new DeadlineException(error.Message, ReasonOf(error.Failure), error),
        StorageFailure.InvalidData =>
            new InvalidArgumentException("event.event_json", came: null, "text that is valid Unicode and numbers of ordinary size", error),
        StorageFailure.Denied or StorageFailure.SchemaOutdated or StorageFailure.SchemaTooNew or StorageFailure.Full =>
            new NotConfiguredException(
                "Session database", ReasonOf(error.Failure), $"{error.Problem} Setting: ConnectionStrings:{SessionServiceSetup.ConnectionName}.", error.Fix),
        // A fault to look into: the log gets the story, the caller a correlation id.
        _ => null,
    };
}
