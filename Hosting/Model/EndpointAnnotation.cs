using System.Net.Sockets;

namespace Runtime.Hosting;

/// <summary>A place where a resource listens.</summary>
public sealed class EndpointAnnotation(
    ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null,
    int? port = null, int? targetPort = null, bool? isExternal = null, bool isProxied = true) : IResourceAnnotation
{
    private string? _transport = transport;

    public string Name { get; set; } = name ?? uriScheme ?? "tcp";

    public ProtocolType Protocol { get; set; } = protocol;

    /// <summary>Gets or sets the port that clients connect to. <see langword="null"/> picks a free one at start.</summary>
    public int? Port { get; set; } = port;

    /// <summary>Gets or sets the port that the program itself listens on. <see langword="null"/> means the same as <see cref="Port"/>.</summary>
    public int? TargetPort { get; set; } = targetPort;

    public string UriScheme { get; set; } = uriScheme ?? "tcp";

    /// <summary>Gets or sets <c>http</c>, <c>http2</c> or <c>tcp</c>; by default what the scheme says.</summary>
    public string Transport
    {
        get => _transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        set => _transport = value;
    }

    public bool IsExternal { get; set; } = isExternal ?? false;

    /// <summary>Gets or sets whether a proxy may stand before the endpoint. This orchestrator has none: clients reach the program itself.</summary>
    public bool IsProxied { get; set; } = isProxied;

    /// <summary>Gets or sets the address that the program listens on. Default loopback.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>Gets or sets where the endpoint answers in this run; <see langword="null"/> before the start.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }
}

/// <summary>The address that an endpoint got in this run.</summary>
public sealed record AllocatedEndpoint(string Scheme, string Address, int Port, int TargetPort)
{
    public string HostAndPort => $"{Address}:{Port}";

    public string UriString => $"{Scheme}://{HostAndPort}";
}
