using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Runtime.SessionService.Wire;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>
/// An answer of <c>runtime.sessions.v1</c> that is in its wire form already: events go from the database to the wire as UTF-8, where messages would
/// make strings of them, twice as large, to make UTF-8 of these again.
/// </summary>
internal sealed class EncodedMessage : IDisposable
{
    public static readonly Marshaller<EncodedMessage> Marshaller = Marshallers.Create<EncodedMessage>(
        Write, static _ => throw new NotSupportedException("An answer is only written here."));

    // More than an event has beside its JSON, so that the buffer seldom grows.
    private const int AroundJson = 256;

    private readonly WireBuffer _buffer;

    private EncodedMessage(int capacity) => _buffer = new(capacity);

    /// <summary>Gets the bytes of the message.</summary>
    public int Length => _buffer.Length;

    /// <summary>Begins a message with fields that are no events.</summary>
    /// <param name="fields">A message of the same type.</param>
    /// <param name="events">The events that it is to get.</param>
    public static EncodedMessage With(IMessage fields, params ReadOnlySpan<SessionEvent> events)
    {
        var capacity = fields.CalculateSize() + AroundJson;
        foreach (var stored in events)
        {
            capacity += stored.Json.Length + stored.StateDelta.Length + AroundJson;
        }

        var message = new EncodedMessage(capacity);
        message.Add(fields);
        return message;
    }

    /// <summary>Adds further fields.</summary>
    public void Add(IMessage fields) => _buffer.Fields(fields);

    /// <summary>Adds events as long as the message has no more bytes than it may, and the first in any case; returns how many.</summary>
    /// <param name="field">The number of the field.</param>
    public int Add(int field, ReadOnlySpan<SessionEvent> events, int maxBytes = int.MaxValue)
    {
        var tag = EventWire.Tag(field);
        for (var added = 0; added < events.Length; added++)
        {
            var before = _buffer.Length;
            _buffer.Begin(tag);
            EventWire.Write(_buffer, events[added]);
            _buffer.End();
            if (_buffer.Length > maxBytes && added > 0)
            {
                _buffer.Length = before;
                return added;
            }
        }

        return events.Length;
    }

    public void Dispose() => _buffer.Dispose();

    // The buffer goes back once it is sent; one whose call was broken off before is left to the garbage collector.
    private static void Write(EncodedMessage message, SerializationContext context)
    {
        context.SetPayloadLength(message.Length);
        context.GetBufferWriter().Write(message._buffer.Written);
        context.Complete();
        message.Dispose();
    }
}
