using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols;

/// <summary>Says who calls, from the request that carries the call.</summary>
internal static class CallContexts
{
    /// <summary>Returns a context for a caller that takes one result.</summary>
    public static CallContext Of(HttpContext http, string protocol) => new()
    {
        Protocol = protocol,
        Header = HeaderOf(http),
        Caller = CallerOf(http),
    };

    public static Func<string, string?> HeaderOf(HttpContext http) =>
        name => http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    public static string CallerOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "local";
}
