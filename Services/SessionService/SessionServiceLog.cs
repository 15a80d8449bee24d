namespace Runtime.SessionService;

/// <summary>Every message that the session service logs. Ids are never reused.</summary>
internal static partial class SessionServiceLog
{
    [LoggerMessage(1001, LogLevel.Information, "Deleted {Sessions} expired sessions.")]
    public static partial void Swept(ILogger logger, int sessions);

    [LoggerMessage(1002, LogLevel.Warning, "Expired sessions could not be deleted; the next try is at the next interval.")]
    public static partial void SweepFailed(ILogger logger, Exception error);

    [LoggerMessage(1003, LogLevel.Warning, "Other replicas could not be told of {Sessions} changes; they find them by asking the database.")]
    public static partial void SignalFailed(ILogger logger, int sessions, Exception error);

    [LoggerMessage(1004, LogLevel.Warning, "Changes of other replicas are not heard; the database is asked every {Interval} meanwhile.")]
    public static partial void ListenFailed(ILogger logger, TimeSpan interval, Exception error);

    [LoggerMessage(1005, LogLevel.Warning, "The database could not be asked what changed; the next try is at the next interval.")]
    public static partial void PollFailed(ILogger logger, Exception error);

    [LoggerMessage(1006, LogLevel.Information, "No authentication is configured: every caller is accepted, whatever token it sends. Only this machine can call.")]
    public static partial void EveryLocalCaller(ILogger logger);

    [LoggerMessage(1007, LogLevel.Warning,
        "No authentication is configured: every caller that reaches {Address} is accepted and reads all sessions. Listen on 127.0.0.1, or put a proxy in front that authenticates.")]
    public static partial void EveryCaller(ILogger logger, string address);
}
