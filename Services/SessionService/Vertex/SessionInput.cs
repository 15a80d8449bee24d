using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.SessionService.Vertex;

/// <summary>What a caller says of a session, from either transport. What is <see langword="null"/> was not said.</summary>
internal sealed record SessionInput
{
    public string UserId { get; init; } = "";

    public string? DisplayName { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Gets the session state, one JSON object.</summary>
    public JsonElement? State { get; init; }

    public Duration? Ttl { get; init; }

    public DateTimeOffset? ExpireTime { get; init; }
}
