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

    private static readonly Marshaller<AppendEventCall> _append = Marshallers.Create<AppendEventCall>(
        static (_, _) => throw new NotSupportedException("A request is only read here."), AppendEventCall.Read);

    private static readonly Marshaller<ListEventsAnswer> _events = Marshallers.Create<ListEventsAnswer>(
        ListEventsAnswer.Write, static _ => throw new NotSupportedException("An answer is only written here."));

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<VertexGrpcService> context)
    {
        foreach (var service in _services)
        {
            Add("CreateSession", Message<CreateSessionRequest>(), Message<Operation>(), static (it, request, call) => it.CreateSession(request, call));
            Add("GetSession", Message<GetSessionRequest>(), Message<Session>(), static (it, request, call) => it.GetSession(request, call));
            Add("ListSessions", Message<ListSessionsRequest>(), Message<ListSessionsResponse>(), static (it, request, call) => it.ListSessions(request, call));
            Add("UpdateSession", Message<UpdateSessionRequest>(), Message<Session>(), static (it, request, call) => it.UpdateSession(request, call));
            Add("DeleteSession", Message<DeleteSessionRequest>(), Message<Operation>(), static (it, request, call) => it.DeleteSession(request, call));
            Add("ListEvents", Message<ListEventsRequest>(), _events, static (it, request, call) => it.ListEvents(request, call));
            Add("AppendEvent", _append, Message<AppendEventResponse>(), static (it, request, call) => it.AppendEvent(request, call));

            void Add<TRequest, TResponse>(
                string name, Marshaller<TRequest> requests, Marshaller<TResponse> responses, UnaryServerMethod<VertexGrpcService, TRequest, TResponse> method)
                where TRequest : class
                where TResponse : class =>
                context.AddUnaryMethod(new Method<TRequest, TResponse>(MethodType.Unary, service, name, requests, responses), [], method);
        }
    }

    /// <summary>As generated code has it.</summary>
    private static Marshaller<T> Message<T>()
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
