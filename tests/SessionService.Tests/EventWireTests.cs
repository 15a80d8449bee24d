using System.Text;
using Runtime.SessionService.Wire;
using Runtime.Storage;
using Message = Runtime.Sessions.V1.Event;

namespace Runtime.SessionService.Tests;

public sealed class EventWireTests
{
    public static TheoryData<SessionEvent> Events =>
    [
        Stored("e", "i", "agent", DateTimeOffset.UnixEpoch, revision: 1, """{"id":"e"}""", """{"a":1}"""),
        Stored("", "", "", DateTimeOffset.UnixEpoch.AddTicks(-1), revision: 0, "{}", ""),
        Stored("é", "日本", "😀", DateTimeOffset.MinValue, revision: -1, $$"""{"t":"{{new string('é', 300)}}"}""", """{"日":"本"}"""),
        Stored(new('e', 200), new('i', 200), "user", DateTimeOffset.MaxValue, long.MaxValue, $$"""{"t":"{{new string('x', 100_000)}}"}""", ""),
    ];

    [Theory]
    [MemberData(nameof(Events), DisableDiscoveryEnumeration = true)]
    public void A_stored_event_has_on_the_wire_the_fields_that_its_message_has(SessionEvent stored)
    {
        using var buffer = new WireBuffer(16);
        EventWire.Write(buffer, stored);

        Assert.Equal(stored.ToMessage(), Message.Parser.ParseFrom(buffer.Written.ToArray()));
    }

    private static SessionEvent Stored(
        string id, string invocation, string author, DateTimeOffset time, long revision, string json, string delta) =>
        new(id, invocation, author, time, revision, Encoding.UTF8.GetBytes(json), Encoding.UTF8.GetBytes(delta));
}
