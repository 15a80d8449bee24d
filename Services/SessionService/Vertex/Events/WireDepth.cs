using Runtime.SessionService.Wire;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>Refuses an event that nobody could read in protobuf's binary format.</summary>
/// <remarks>
/// Parsers of the format stop at a depth of 100 messages, and an object in a <c>google.protobuf.Struct</c> takes three of them. One event
/// beyond that would make its whole page unreadable.
/// </remarks>
internal static class WireDepth
{
    /// <summary>No JSON up to here can be too deep: three messages for each object, and those around it.</summary>
    private const int SurelyFine = 30;

    public static void Check(PreparedEvent prepared)
    {
        if (Depth(prepared.Json.Span) <= SurelyFine)
        {
            return;
        }

        using var buffer = new WireBuffer(prepared.Json.Length * 2);

        // As deep as in the answer to a list.
        buffer.Begin((1 << 3) | 2);
        VertexEvents.WriteWire(
            buffer, new(prepared.Id, prepared.InvocationId, prepared.Author, prepared.Timestamp, Revision: 0, prepared.Json, default), default);
        buffer.End();
        if (buffer.LeftOut)
        {
            throw new InvalidInputException(
                SentEvent.Path, came: null, "objects and arrays nested some 30 levels deep, what the binary form of the API can carry");
        }
    }

    /// <summary>The depth of the JSON or more: brackets in texts are counted too.</summary>
    private static int Depth(ReadOnlySpan<byte> json)
    {
        int depth = 0, deepest = 0;
        while (json.IndexOfAny("{}[]"u8) is >= 0 and var at)
        {
            depth += json[at] is (byte)'{' or (byte)'[' ? 1 : -1;
            deepest = Math.Max(deepest, depth);
            json = json[(at + 1)..];
        }

        return deepest;
    }
}
