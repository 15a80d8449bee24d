using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Runtime.Sessions.V1;

namespace Runtime.SessionService;

/// <summary>Binds the reads to answers that are encoded already, in front of the generated binding, which wants messages.</summary>
internal sealed class SessionReadMethods : IServiceMethodProvider<SessionReadsGrpcService>
{
    // Before the endpoints of the generated binding, whose methods of the same names answer UNIMPLEMENTED.
    private const int InFront = -1;

    /// <summary>Maps the reads; the generated binding must be mapped too, for the other methods and for reflection.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGrpcService<SessionReadsGrpcService>().Add(static endpoint =>
    {
        // Not the endpoint that answers for methods which nobody has.
        if (endpoint is RouteEndpointBuilder route && endpoint.Metadata.OfType<GrpcMethodMetadata>().Any())
        {
            route.Order = InFront;
        }
    });

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<SessionReadsGrpcService> context)
    {
        context.AddUnaryMethod(Method<GetSessionRequest>(MethodType.Unary, "GetSession"), [], static (it, request, call) => it.GetSession(request, call));
        context.AddUnaryMethod(Method<ListEventsRequest>(MethodType.Unary, "ListEvents"), [], static (it, request, call) => it.ListEvents(request, call));
        context.AddServerStreamingMethod(
            Method<ReadSessionRequest>(MethodType.ServerStreaming, "ReadSession"), [], static (it, request, stream, call) => it.ReadSession(request, stream, call));
    }

    private static Method<TRequest, EncodedMessage> Method<TRequest>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
    {
        var parser = new MessageParser<TRequest>(static () => new());
        var requests = Marshallers.Create<TRequest>(
            static (_, _) => throw new NotSupportedException("A request is only read here."), context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
        return new(type, Sessions.V1.Sessions.Descriptor.FullName, name, requests, EncodedMessage.Marshaller);
    }
}
