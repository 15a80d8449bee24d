using Google.Cloud.AIPlatform.V1Beta1;
using Google.LongRunning;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Runtime.SessionService.Vertex.Wire;

/// <summary>Binds one class to the services of both versions, whose messages have the same fields and numbers.</summary>
internal sealed class VertexMethods : IServiceMethodProvider<VertexGrpcService>
{
    private static readonly string[] _services = ["google.cloud.aiplatform.v1.SessionService", "google.cloud.aiplatform.v1beta1.SessionService"];

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<VertexGrpcService> context)
    {
        foreach (var service in _services)
        {
            Add<CreateSessionRequest, Operation>("CreateSession", static (it, request, call) => it.CreateSession(request, call));
            Add<GetSessionRequest, Session>("GetSession", static (it, request, call) => it.GetSession(request, call));
            Add<ListSessionsRequest, ListSessionsResponse>("ListSessions", static (it, request, call) => it.ListSessions(request, call));
            Add<UpdateSessionRequest, Session>("UpdateSession", static (it, request, call) => it.UpdateSession(request, call));
            Add<DeleteSessionRequest, Operation>("DeleteSession", static (it, request, call) => it.DeleteSession(request, call));
            Add<ListEventsRequest, ListEventsAnswer>("ListEvents", static (it, request, call) => it.ListEvents(request, call));
            Add<AppendEventCall, AppendEventResponse>("AppendEvent", static (it, request, call) => it.AppendEvent(request, call));

            void Add<TRequest, TResponse>(string name, UnaryServerMethod<VertexGrpcService, TRequest, TResponse> method)
                where TRequest : class, IBufferMessage, IMessage<TRequest>, new()
                where TResponse : class, IBufferMessage, IMessage<TResponse>, new() =>
                context.AddUnaryMethod(new Method<TRequest, TResponse>(MethodType.Unary, service, name, Of<TRequest>(), Of<TResponse>()), [], method);
        }
    }

    /// <summary>As generated code has it.</summary>
    private static Marshaller<T> Of<T>()
        where T : class, IBufferMessage, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(static () => new T());
        return Marshallers.Create(
            static (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }
}
