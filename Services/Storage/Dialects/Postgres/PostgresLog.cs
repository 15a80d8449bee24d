using Microsoft.Extensions.Logging;

namespace Runtime.Storage.Dialects.Postgres;

/// <summary>What this dialect has to say to operators.</summary>
internal static partial class PostgresLog
{
    [LoggerMessage(4001, LogLevel.Information, "Index {Index} is missing and is being made; until then some reads are slower.")]
    public static partial void IndexBegun(ILogger logger, string index);

    [LoggerMessage(4002, LogLevel.Information, "Index {Index} is made.")]
    public static partial void IndexMade(ILogger logger, string index);

    [LoggerMessage(4003, LogLevel.Warning,
        "An index of the session database is missing and cannot be made ({Failure}); reads are slower. Fix: start the service once as the owner of the tables, on a server with free space.")]
    public static partial void IndexFailed(ILogger logger, string failure);

    [LoggerMessage(4004, LogLevel.Warning,
        "The triggers on events are missing, and this user may not create them: events that ADK's own services write make no revision. Fix: start the service once as the owner of the tables.")]
    public static partial void TriggersRefused(ILogger logger);
}
