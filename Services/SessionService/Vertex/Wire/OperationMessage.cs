using Google.Cloud.AIPlatform.V1Beta1;
using Google.LongRunning;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.SessionService.Vertex.Wire;

/// <summary>Says an operation as <c>google.longrunning.Operation</c>.</summary>
internal static class OperationMessage
{
    /// <param name="operation">What was done.</param>
    /// <param name="session">The session that it created.</param>
    public static Operation Of(SessionOperation operation, Storage.Session? session)
    {
        var when = Timestamp.FromDateTimeOffset(operation.Time);
        var generic = new GenericOperationMetadata { CreateTime = when, UpdateTime = when };
        return new()
        {
            Name = operation.Name,
            Done = true,
            Metadata = operation.Kind == OperationKind.Create
                ? Pack(new CreateSessionOperationMetadata { GenericMetadata = generic }, operation.Version)
                : Pack(new DeleteOperationMetadata { GenericMetadata = generic }, operation.Version),
            Response = session is not null
                ? Pack(SessionMessage.Of(session, operation.Session.Engine), operation.Version)
                : Any.Pack(new Empty()),
        };
    }

    // The classes are those of v1beta1; v1 names the same messages differently.
    private static Any Pack(IMessage message, string version) => new()
    {
        TypeUrl = TypeUrls.Of(message.Descriptor.Name, version),
        Value = message.ToByteString(),
    };
}

/// <summary>The names that messages go by inside an <c>Any</c>.</summary>
internal static class TypeUrls
{
    public static string Of(string message, string version) => $"type.googleapis.com/google.cloud.aiplatform.{version}.{message}";
}
