using System.Text;
using Grpc.Core;

namespace Runtime.SessionService.Vertex.Wire;

/// <summary>An <c>AppendEventRequest</c> whose event is still bytes: it goes to the store as JSON, so objects of it would be made for nothing.</summary>
/// <param name="Name">The session's name.</param>
/// <param name="Event">A <c>SessionEvent</c>; empty where there is none.</param>
internal sealed record AppendEventCall(string Name, ReadOnlyMemory<byte> Event)
{
    private const int NameField = 1;
    private const int EventField = 2;
    private const int Delimited = 2;

    public static AppendEventCall Read(DeserializationContext context)
    {
        var payload = context.PayloadAsNewBuffer();
        try
        {
            return Read(payload);
        }
        catch (FormatException error)
        {
            throw new RpcException(new(StatusCode.InvalidArgument, "The request is no google.cloud.aiplatform AppendEventRequest.", error));
        }
    }

    private static AppendEventCall Read(byte[] payload)
    {
        var name = "";
        ReadOnlyMemory<byte> message = default;
        var reader = new WireReader(payload);
        while (reader.Next())
        {
            switch (reader.Number, reader.Type)
            {
                case (NameField, Delimited):
                    name = Encoding.UTF8.GetString(reader.Text());
                    break;
                case (EventField, Delimited):
                    var bytes = reader.Delimited();
                    // Two halves of a message are joined by putting one behind the other.
                    message = message.IsEmpty ? payload.AsMemory(reader.Position - bytes.Length, bytes.Length) : (byte[])[.. message.Span, .. bytes];
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new(name, message);
    }
}
