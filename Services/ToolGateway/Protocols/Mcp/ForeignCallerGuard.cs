using System.Net;
using Microsoft.Extensions.Options;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Refuses a web page that found its way to the gateway: a foreign origin, or a foreign name that resolves to this machine.</summary>
/// <remarks>https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#security-warning</remarks>
internal sealed class ForeignCallerGuard(IOptions<McpOptions> options, ILogger<ForeignCallerGuard> logger)
{
    /// <summary>Returns why a request is refused, or null when it is not.</summary>
    public string? Refusal(HttpRequest request)
    {
        var host = request.Host;
        if (request.HttpContext.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local)
            && !IsLoopback(host.Host) && !options.Value.AllowedHosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase))
        {
            ToolGatewayLog.ForeignCaller(logger, "Host", host.Value ?? "");
            return $"The Host '{host.Value}' is foreign to this address. Setting: Mcp:AllowedHosts. Fix: call it as localhost, or allow the host.";
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsAllowed(origin, host))
        {
            ToolGatewayLog.ForeignCaller(logger, "Origin", origin);
            return $"The Origin '{origin}' is foreign. Setting: Mcp:AllowedOrigins. Fix: allow the origin.";
        }

        return null;
    }

    private bool IsAllowed(string origin, HostString host) =>
        options.Value.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (uri.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase) || (uri.IsLoopback && IsLoopback(host.Host))));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
