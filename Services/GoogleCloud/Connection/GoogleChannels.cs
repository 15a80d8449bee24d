using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;

namespace Runtime.GoogleCloud.Connection;

/// <summary>One HTTP/2 channel per address, shared by every client that calls there.</summary>
public sealed class GoogleChannels : IDisposable
{
    private readonly ConcurrentDictionary<GoogleEndpoint, Lazy<GrpcChannel>> _channels = new();

    public CallInvoker InvokerOf(GoogleEndpoint endpoint) =>
        _channels.GetOrAdd(endpoint, static wanted => new(() => Open(wanted))).Value.CreateCallInvoker();

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
        {
            if (channel.IsValueCreated)
            {
                channel.Value.Dispose();
            }
        }
    }

    private static GrpcChannel Open(GoogleEndpoint endpoint) => GrpcChannel.ForAddress(endpoint.Address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            // One connection carries about a hundred streams; past that, calls would queue behind one another.
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(endpoint.IsEmulator ? 2 : 5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(60),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = !endpoint.IsEmulator,
        },
        DisposeHttpClient = true,
        Credentials = endpoint.Address.Scheme == Uri.UriSchemeHttp ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl,
        ServiceConfig = CallPolicies.ServiceConfig(),
        // The library's own limit of two minutes would hide for that long that a product is back. An emulator is on this machine, where
        // trying costs nothing: its pause is shorter than the retries of one call, so the first call after its restart finds it.
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(endpoint.IsEmulator ? 100 : 200),
        MaxReconnectBackoff = endpoint.IsEmulator ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(10),
        // Spanner sends pieces of up to 10 MB, Bigtable rows of up to 256 MB in pieces of a few MB.
        MaxReceiveMessageSize = 32 * 1024 * 1024,
    });
}
