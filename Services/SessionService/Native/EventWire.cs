using Runtime.SessionService.Wire;
using Runtime.Sessions.V1;
using Runtime.Storage;

namespace Runtime.SessionService;

/// <summary>Writes a stored event as a <c>runtime.sessions.v1.Event</c>.</summary>
internal static class EventWire
{
    private const uint Delimited = 2;

    private static readonly uint _id = Tag(Event.IdFieldNumber);
    private static readonly uint _invocationId = Tag(Event.InvocationIdFieldNumber);
    private static readonly uint _author = Tag(Event.AuthorFieldNumber);
    private static readonly uint _timestamp = Tag(Event.TimestampFieldNumber);
    private static readonly uint _stateDelta = Tag(Event.StateDeltaJsonFieldNumber);
    private static readonly uint _json = Tag(Event.EventJsonFieldNumber);

    /// <summary>The tag of a field that its length goes before.</summary>
    public static uint Tag(int field) => ((uint)field << 3) | Delimited;

    public static void Write(WireBuffer buffer, SessionEvent stored)
    {
        buffer.Text(_id, stored.Id);
        buffer.Text(_invocationId, stored.InvocationId);
        buffer.Text(_author, stored.Author);
        WriteTime(buffer, stored.Timestamp);
        if (stored.StateDelta.Length > 0)
        {
            buffer.Delimited(_stateDelta, stored.StateDelta.Span);
        }

        buffer.Delimited(_json, stored.Json.Span);
        WriteNumber(buffer, Event.RevisionFieldNumber, stored.Revision);
    }

    private static void WriteTime(WireBuffer buffer, DateTimeOffset time)
    {
        // Nanoseconds count forward also before 1970, so the seconds are rounded down.
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        }

        buffer.Begin(_timestamp);
        WriteNumber(buffer, Google.Protobuf.WellKnownTypes.Timestamp.SecondsFieldNumber, seconds);
        WriteNumber(buffer, Google.Protobuf.WellKnownTypes.Timestamp.NanosFieldNumber, rest * TimeSpan.NanosecondsPerTick);
        buffer.End();
    }

    // proto3 leaves out a 0.
    private static void WriteNumber(WireBuffer buffer, int field, long value)
    {
        if (value != 0)
        {
            buffer.Varint((uint)field << 3);
            buffer.Varint((ulong)value);
        }
    }
}
