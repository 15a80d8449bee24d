using System.Net;
using System.Net.Sockets;

namespace Runtime.ToolGateway.Sources.Http;

/// <summary>Decides which addresses may be connected to. It is asked at the connection, so that neither a redirect nor a name leads elsewhere.</summary>
/// <remarks>The rules and their order are those of MCP Toolbox's HTTP source.</remarks>
internal sealed class AddressGuard(bool allowPrivateNetworks, IReadOnlyList<IPNetwork> allowed, IReadOnlyList<IPNetwork> blocked)
{
    // IANA's registries of special-purpose addresses: what the internet does not route.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "224.0.0.0/4", "240.0.0.0/4", "::/127", "64:ff9b:1::/48", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    public bool Blocks(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Contains(allowed) && (Contains(blocked) || (!allowPrivateNetworks && Contains(Special)));

        bool Contains(IReadOnlyList<IPNetwork> ranges) => ranges.Any(range => range.BaseAddress.AddressFamily == address.AddressFamily && range.Contains(address));
    }

    /// <summary>Connects to the first address of a host that may be connected to.</summary>
    /// <exception cref="BlockedAddressException">There is none.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var open = addresses.Where(address => !Blocks(address)).ToArray();
        if (open.Length is 0)
        {
            throw new BlockedAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>An address that may not be connected to.</summary>
internal sealed class BlockedAddressException() : IOException("The address may not be connected to.");
