using System.Text.Json;

namespace Runtime.Storage;

/// <summary>A session as read at one moment.</summary>
/// <param name="Key">App, user and id.</param>
/// <param name="State">All three scopes in one map, app and user keys with their prefix; always the current state.</param>
/// <param name="Revision">Number of changes so far; the token for optimistic concurrency.</param>
/// <param name="CreateTime">By the server's clock, UTC.</param>
/// <param name="UpdateTime">The timestamp of the event appended last, so by its writer's clock, UTC.</param>
/// <param name="Events">Ascending by time, ties in append order; empty in lists and after create.</param>
public sealed record Session(
    SessionKey Key,
    IReadOnlyDictionary<string, JsonElement> State,
    long Revision,
    DateTimeOffset CreateTime,
    DateTimeOffset UpdateTime,
    IReadOnlyList<SessionEvent> Events)
{
    /// <summary>Gets the name for people; empty when none was given.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Gets the labels.</summary>
    public SessionLabels Labels { get; init; } = SessionLabels.None;

    /// <summary>Gets when the session expires, UTC, whole microseconds; <see langword="null"/> for never.</summary>
    public DateTimeOffset? ExpireTime { get; init; }
}

/// <summary>A stored event.</summary>
/// <param name="Id">Unique in its session.</param>
/// <param name="InvocationId">Groups the events of one run; may be empty.</param>
/// <param name="Author"><c>user</c> or an agent's name.</param>
/// <param name="Timestamp">By the writer's clock, UTC, to the microsecond.</param>
/// <param name="Revision">The session's revision that this event made; 0 where ADK's own service wrote it before this store knew the table.</param>
/// <param name="Json">The whole event in ADK's stored form, UTF-8, with <c>timestamp</c> in seconds.</param>
/// <param name="StateDelta">The object at <c>actions.state_delta</c>, UTF-8; empty memory when there is none.</param>
public sealed record SessionEvent(
    string Id,
    string InvocationId,
    string Author,
    DateTimeOffset Timestamp,
    long Revision,
    ReadOnlyMemory<byte> Json,
    ReadOnlyMemory<byte> StateDelta);
