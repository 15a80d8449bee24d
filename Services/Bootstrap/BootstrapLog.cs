using Microsoft.Extensions.Logging;

namespace Runtime.Bootstrap;

/// <summary>Every message of the bootstrap. Ids are never reused.</summary>
internal static partial class BootstrapLog
{
    [LoggerMessage(4001, LogLevel.Error, "The probe of {Integration} failed unexpectedly.")]
    public static partial void ProbeFailed(ILogger logger, string integration, Exception error);
}
