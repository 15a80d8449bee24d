using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Runtime.Hosting.Execution;

/// <summary>Gives every endpoint its port before anything starts, so that references need no order.</summary>
internal static class EndpointAllocator
{
    // Below the range that Linux, macOS and Windows hand to outgoing connections: nobody takes the port between choosing and listening.
    private const int Lowest = 15_000;
    private const int Beyond = 32_000;
    private const int Tries = 200;

    /// <summary>Allocates all endpoints of a graph.</summary>
    /// <returns>The endpoints that cannot have the port they ask for, with the reason.</returns>
    public static IReadOnlyDictionary<IResource, string> Allocate(IEnumerable<IResource> resources)
    {
        var problems = new Dictionary<IResource, string>();
        var taken = new HashSet<int>();
        foreach (var (resource, endpoint) in from resource in resources
                                             from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
                                             orderby endpoint.Port is null   // fixed ports first: a random one must not land on them
                                             select (resource, endpoint))
        {
            if (endpoint.Port is { } wanted && (!IsFree(wanted) || !taken.Add(wanted)))
            {
                problems[resource] = $"Port {wanted} for endpoint '{endpoint.Name}' is taken. Fix: stop the program that listens there"
                    + (OperatingSystem.IsWindows() ? $" (netstat -ano | findstr :{wanted})" : $" (ss -ltnp 'sport = :{wanted}')") + ", or leave the port out to get a free one.";
            }

            var port = endpoint.Port ?? FindFree(taken);
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint.UriScheme, "127.0.0.1", port, endpoint.TargetPort ?? port);
        }

        return problems;
    }

    private static int FindFree(HashSet<int> taken)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(Lowest, Beyond);
            if (!taken.Contains(port) && IsFree(port))
            {
                taken.Add(port);
                return port;
            }
        }

        throw new DistributedApplicationException($"No free port between {Lowest} and {Beyond} on 127.0.0.1. Fix: stop programs that listen there.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
