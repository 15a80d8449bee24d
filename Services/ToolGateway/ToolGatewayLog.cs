namespace Runtime.ToolGateway;

/// <summary>Every message that the tool gateway logs. Ids are never reused.</summary>
internal static partial class ToolGatewayLog
{
    [LoggerMessage(2001, LogLevel.Information, "Tool {Tool} over {Protocol}: {Outcome} after {Milliseconds:0} ms.")]
    public static partial void CallFailed(ILogger logger, string tool, string protocol, string outcome, double milliseconds);

    [LoggerMessage(2003, LogLevel.Warning, "Failed to close plugins: {Plugins}.")]
    public static partial void PluginsNotClosed(ILogger logger, string plugins, Exception error);

    [LoggerMessage(2024, LogLevel.Error, "Error in plugin '{Plugin}' after a call had ended.")]
    public static partial void PluginFailedAfterCall(ILogger logger, string plugin, Exception error);

    [LoggerMessage(
        2004,
        LogLevel.Information,
        "Audit: {Caller} called {Tool} of {Toolset} over {Protocol}: {Outcome} in {Milliseconds:0} ms, {Rows} rows, {Bytes} bytes. Arguments: {Arguments}")]
    public static partial void Audit(
        ILogger logger, string caller, string tool, string toolset, string protocol, string outcome, double milliseconds, int rows, int bytes, string arguments);

    [LoggerMessage(2002, LogLevel.Warning, "Refused an MCP request: its {Header} '{Value}' is foreign.")]
    public static partial void ForeignCaller(ILogger logger, string header, string value);

    [LoggerMessage(2010, LogLevel.Warning, "Auth service '{Service}' reads its issuer's keys without TLS: whoever is between can make tokens. Setting: authorizationServer. Fix: use https.")]
    public static partial void IssuerWithoutTls(ILogger logger, string service);

    [LoggerMessage(2020, LogLevel.Information, "The tools file '{Path}' declares {Count} tools.")]
    public static partial void ToolsLoaded(ILogger logger, string path, int count);

    [LoggerMessage(2021, LogLevel.Warning, "The tools file '{Path}' has changed and is wrong; the tools stay as they were. Fix: correct these places:{Problems}")]
    public static partial void ToolsRefused(ILogger logger, string path, string problems);

    [LoggerMessage(2023, LogLevel.Error, "The changed tools file could not be loaded, by a fault of the gateway; the tools stay as they were.")]
    public static partial void ToolsFailed(ILogger logger, Exception error);

    [LoggerMessage(2022, LogLevel.Warning, "The tools file '{Path}' is gone or cannot be read; the tools stay as they were. Fix: put it back.")]
    public static partial void ToolsGone(ILogger logger, string path);

    [LoggerMessage(2005, LogLevel.Debug, "An MCP client could not be told that the tools changed.")]
    public static partial void ClientNotTold(ILogger logger, Exception error);
}
