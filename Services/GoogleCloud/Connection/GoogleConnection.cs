using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Runtime.GoogleCloud.Connection;

/// <summary>Makes the calls of one product: endpoint, credentials, deadline and routing header in, explained failures out.</summary>
/// <remarks>Nothing is opened or looked up before the first call, so a product that is not configured costs nothing and harms no other.</remarks>
public sealed class GoogleConnection(
    GoogleProduct product,
    GoogleCloudOptions options,
    GoogleCredentials credentials,
    Func<GoogleEndpoint, CallInvoker> invokerOf,
    ILogger<GoogleConnection> logger)
{
    private GoogleEndpoint? _endpoint;

    public GoogleConnection(
        GoogleProduct product, GoogleCloudOptions options, GoogleCredentials credentials, GoogleChannels channels, ILogger<GoogleConnection> logger)
        : this(product, options, credentials, channels.InvokerOf, logger)
    {
    }

    public GoogleProduct Product => product;

    /// <summary>Gets where calls go.</summary>
    /// <exception cref="ServiceDefaults.Errors.NotConfiguredException">The settings say an address that cannot be used.</exception>
    public GoogleEndpoint Endpoint => _endpoint ?? Choose();

    /// <summary>Gets whether calls go to an emulator.</summary>
    public bool IsEmulator => Endpoint.IsEmulator;

    /// <summary>Makes one call.</summary>
    /// <param name="deadline">Longest time for the call and its retries.</param>
    /// <param name="route">Name and value for <c>x-goog-request-params</c>, from which Google finds the right server.</param>
    /// <param name="call">Starts the call on the given channel.</param>
    /// <exception cref="ServiceDefaults.Errors.ServiceException">The call failed; the message says how and what helps.</exception>
    public async Task<T> CallAsync<T>(
        TimeSpan deadline, (string Name, string Value) route, Func<CallInvoker, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);

        var (endpoint, callOptions) = await PrepareAsync(deadline, route, cancellationToken);
        try
        {
            using var running = call(invokerOf(endpoint), callOptions);
            return await running;
        }
        catch (RpcException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw UpstreamFailures.Explain(error, product, endpoint, credentials.Login);
        }
    }

    /// <summary>Reads a stream. Leaving the loop early cancels the call, so the rest is never sent.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        TimeSpan deadline,
        (string Name, string Value) route,
        Func<CallInvoker, CallOptions, AsyncServerStreamingCall<T>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);

        var (endpoint, callOptions) = await PrepareAsync(deadline, route, cancellationToken);
        using var running = call(invokerOf(endpoint), callOptions);
        await foreach (var item in ReadAsync(running.ResponseStream, endpoint, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Reads a stream that goes on until the server or the caller ends it: one request asks for it, and no deadline ends it.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async IAsyncEnumerable<TResponse> SubscribeAsync<TRequest, TResponse>(
        (string Name, string Value) route,
        TRequest request,
        Func<CallInvoker, CallOptions, AsyncDuplexStreamingCall<TRequest, TResponse>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);

        var (endpoint, callOptions) = await PrepareAsync(Timeout.InfiniteTimeSpan, route, cancellationToken);
        using var running = call(invokerOf(endpoint), callOptions);
        try
        {
            // The side of the requests stays open: closing it would end the stream.
            await running.RequestStream.WriteAsync(request, cancellationToken);
        }
        catch (RpcException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw UpstreamFailures.Explain(error, product, endpoint, credentials.Login);
        }

        await foreach (var item in ReadAsync(running.ResponseStream, endpoint, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>Logs that a stream or a transaction that broke off is tried again.</summary>
    internal void Restarted(string reason, int attempt) => GoogleCloudLog.Restarted(logger, product.Name, reason, attempt);

    private async IAsyncEnumerable<T> ReadAsync<T>(
        IAsyncStreamReader<T> stream, GoogleEndpoint endpoint, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (!await stream.MoveNext(cancellationToken))
                {
                    yield break;
                }
            }
            catch (RpcException error)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw UpstreamFailures.Explain(error, product, endpoint, credentials.Login);
            }

            yield return stream.Current;
        }
    }

    private async Task<(GoogleEndpoint Endpoint, CallOptions Options)> PrepareAsync(
        TimeSpan deadline, (string Name, string Value) route, CancellationToken cancellationToken)
    {
        var endpoint = Endpoint;
        var headers = new Metadata { { "x-goog-request-params", $"{route.Name}={Uri.EscapeDataString(route.Value)}" } };
        if (!endpoint.IsEmulator)
        {
            foreach (var (name, value) in await credentials.HeadersAsync(product, cancellationToken))
            {
                headers.Add(name, value);
            }
        }

        return (endpoint, new CallOptions(headers, deadline == Timeout.InfiniteTimeSpan ? null : DateTime.UtcNow + deadline, cancellationToken));
    }

    private GoogleEndpoint Choose()
    {
        var endpoint = options.EndpointOf(product);
        GoogleCloudLog.Connected(logger, product.Name, endpoint.Authority, endpoint.IsEmulator);
        return _endpoint = endpoint;
    }
}
