using Microsoft.Extensions.Logging;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Every message that the wire clients log. Ids are never reused.</summary>
internal static partial class GoogleCloudLog
{
    [LoggerMessage(3001, LogLevel.Information, "{Product} is reached at {Address}, emulator: {IsEmulator}.")]
    public static partial void Connected(ILogger logger, string product, string address, bool isEmulator);

    [LoggerMessage(3002, LogLevel.Warning, "No token for {Product}.")]
    public static partial void TokenRefused(ILogger logger, string product, Exception error);

    [LoggerMessage(3003, LogLevel.Debug, "{Product} broke off ({Reason}); attempt {Attempt} begins.")]
    public static partial void Restarted(ILogger logger, string product, string reason, int attempt);
}
