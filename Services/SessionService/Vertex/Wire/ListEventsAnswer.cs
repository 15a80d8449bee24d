using System.Buffers;
using System.Text;
using Grpc.Core;
using Runtime.SessionService.Wire;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex.Wire;

/// <summary>A <c>ListEventsResponse</c> that is written from stored JSON straight to the wire.</summary>
/// <param name="Session">The session's name.</param>
/// <param name="Events">A page of its events.</param>
/// <param name="NextPageToken">Empty after the last page.</param>
internal sealed record ListEventsAnswer(string Session, IReadOnlyList<SessionEvent> Events, string NextPageToken)
{
    private const uint EventTag = (1 << 3) | 2;
    private const uint NextPageTokenTag = (2 << 3) | 2;

    public static void Write(ListEventsAnswer answer, SerializationContext context)
    {
        var session = Encoding.UTF8.GetBytes(answer.Session);
        using var buffer = new WireBuffer(answer.Events.Sum(static stored => stored.Json.Length + 128) + 256);
        foreach (var stored in answer.Events)
        {
            buffer.Begin(EventTag);
            VertexEvents.WriteWire(buffer, stored, session);
            buffer.End();
        }

        if (answer.NextPageToken.Length > 0)
        {
            buffer.Delimited(NextPageTokenTag, Encoding.ASCII.GetBytes(answer.NextPageToken));
        }

        context.SetPayloadLength(buffer.Length);
        context.GetBufferWriter().Write(buffer.Written);
        context.Complete();
    }
}
