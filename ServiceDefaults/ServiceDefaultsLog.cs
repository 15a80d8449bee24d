using Microsoft.Extensions.Logging;

namespace Runtime.ServiceDefaults;

/// <summary>Every message that the shared defaults log. Ids are never reused.</summary>
internal static partial class ServiceDefaultsLog
{
    [LoggerMessage(1, LogLevel.Error, "Unexpected failure, correlation id {Correlation}.")]
    public static partial void Unexpected(ILogger logger, string correlation, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "A call failed with {Reason}.")]
    public static partial void Translated(ILogger logger, string reason, Exception error);
}
