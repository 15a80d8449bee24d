namespace Runtime.Storage;

/// <summary>What each failure of a store is called outside.</summary>
public static class StorageFailureCodes
{
    /// <summary>Returns the error code that callers and operators see.</summary>
    public static string Code(this StorageFailure failure) => failure switch
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
}
