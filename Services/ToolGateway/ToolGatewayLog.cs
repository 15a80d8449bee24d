namespace Runtime.ToolGateway;

/// <summary>Every message that the tool gateway logs. Ids are never reused.</summary>
internal static partial class ToolGatewayLog
{
    [LoggerMessage(2001, LogLevel.Debug, "Tool {Tool}: {Outcome} in {Milliseconds:0} ms.")]
    public static partial void Called(ILogger logger, string tool, string outcome, double milliseconds);

    [LoggerMessage(2002, LogLevel.Warning, "Refused an MCP request: its {Header} '{Value}' is foreign.")]
    public static partial void ForeignCaller(ILogger logger, string header, string value);

    [LoggerMessage(2010, LogLevel.Warning, "Auth service '{Service}' reads its issuer's keys without TLS: whoever is between can make tokens. Setting: authorizationServer. Fix: use https.")]
    public static partial void IssuerWithoutTls(ILogger logger, string service);
}
