using Runtime.Bootstrap.Integrations;
using Runtime.Bootstrap.Settings;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Says the store's failures as the service's: what to resend, what to retry, what to take to the operator.</summary>
internal sealed class StorageExceptionTranslator(SessionDatabase database) : IExceptionTranslator
{
    public ServiceException? Translate(Exception error) => error switch
    {
        InvalidInputException input => new InvalidArgumentException(input.Field, input.Came, input.Allowed, input),
        StorageException storage => Translate(storage),
        _ => null,
    };

    private ServiceException? Translate(StorageException error)
    {
        var translated = Explain(error);
        translated?.Integration = SessionDatabaseIntegration.Title;
        return translated;
    }

    private ServiceException? Explain(StorageException error) => error.Failure switch
    {
        StorageFailure.Unavailable or StorageFailure.Contention or StorageFailure.SchemaMigrating =>
            new UnavailableException(error.Message, reason: error.Failure.Code(), inner: error),
        StorageFailure.StateTooLarge => new LimitExceededException(
            $"{error.Problem} Setting: {SessionOptions.Section}:MaxStateBytes. Fix: {error.Fix}", error.Failure.Code(), error),
        StorageFailure.Timeout => new DeadlineException(error.Message, error.Failure.Code(), error),
        StorageFailure.InvalidData =>
            new InvalidArgumentException("event.event_json", came: null, "text that is valid Unicode and numbers of ordinary size", error),
        StorageFailure.Denied or StorageFailure.SchemaOutdated or StorageFailure.SchemaTooNew or StorageFailure.Full =>
            new NotConfiguredException(
                SessionDatabaseIntegration.Title, error.Failure.Code(), $"{error.Problem} Setting: {Setting.VariableOf(database.SettingName)}.", error.Fix),
        // A fault to look into: the log gets the story, the caller a correlation id.
        _ => null,
    };
}
