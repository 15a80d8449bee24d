using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Runtime.Benchmarks.Sessions.Vertex;

/// <summary>Calls over as many connections as <see cref="ServiceSubject"/> has, whose answers stay bytes: making objects of them costs more than the call.</summary>
internal sealed class GrpcCalls(string address) : IDisposable
{
    private const int Channels = 4;

    private static readonly Marshaller<byte[]> _bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    private readonly GrpcChannel[] _channels = [.. Enumerable.Range(0, Channels).Select(_ => GrpcChannel.ForAddress(address))];

    public static Method<TRequest, byte[]> Method<TRequest>(string service, string name)
        where TRequest : class, IMessage<TRequest> => new(
            MethodType.Unary,
            service,
            name,
            Marshallers.Create<TRequest>(static request => request.ToByteArray(), static _ => throw new NotSupportedException("A request is only written here.")),
            _bytes);

    public async Task<byte[]> AskAsync<TRequest>(int caller, Method<TRequest, byte[]> method, TRequest request, CancellationToken cancellationToken)
        where TRequest : class
    {
        using var call = _channels[caller % Channels].CreateCallInvoker().AsyncUnaryCall(
            method, host: null, new CallOptions(cancellationToken: cancellationToken), request);
        return await call;
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }
}
