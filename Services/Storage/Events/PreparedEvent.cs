using System.Text;
using System.Text.Json;
using Runtime.Storage.State;

namespace Runtime.Storage.Events;

/// <summary>An event that passed every check and is ready to be stored; made by <see cref="EventJson.Prepare(string, EventHeader, DateTimeOffset)"/>.</summary>
public sealed class PreparedEvent
{
    public required string Id { get; init; }

    public required string InvocationId { get; init; }

    public required string Author { get; init; }

    /// <summary>Gets the time in UTC, whole microseconds.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Gets whether the server chose the time; then a repeated event is equal whatever its time.</summary>
    public required bool TimestampAssigned { get; init; }

    /// <summary>Gets whether this is a streaming chunk, which no store keeps.</summary>
    public required bool Partial { get; init; }

    /// <summary>Gets the state change, split by scope, without <c>temp:</c>.</summary>
    public required ScopedState Delta { get; init; }

    /// <summary>Gets the whole event in stored form, UTF-8: snake_case, <c>timestamp</c> in milliseconds.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>Gets where in <see cref="Json"/> the number of the time is.</summary>
    internal Range TimeInJson { get; init; }

    /// <summary>The event in stored form with its time in the unit that a database keeps. Free for milliseconds, one copy for seconds.</summary>
    public ReadOnlyMemory<byte> JsonIn(EventTimeUnit unit) => unit == EventTimeUnit.Milliseconds
        ? Json
        : (byte[])[.. Json.Span[..TimeInJson.Start], .. Encoding.ASCII.GetBytes(EventTime.Seconds(Timestamp)), .. Json.Span[TimeInJson.End..]];

    /// <summary>Tells whether a stored event is this one, sent again: equal but for the order of keys and the spelling of numbers.</summary>
    public bool SameAs(SessionEvent stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        if (stored.Id != Id || stored.InvocationId != InvocationId || (!TimestampAssigned && stored.Timestamp != Timestamp))
        {
            return false;
        }

        // Both sides without their time, which is compared above: the stored one is in seconds by now.
        using var mine = JsonDocument.Parse(Json, StorageJson.ReaderOptions);
        using var theirs = JsonDocument.Parse(stored.Json, StorageJson.ReaderOptions);
        var left = Fields(mine);
        var right = Fields(theirs);
        return left.Count == right.Count
            && left.All(field => right.TryGetValue(field.Key, out var other) && JsonElement.DeepEquals(field.Value, other));
    }

    private static Dictionary<string, JsonElement> Fields(JsonDocument document) => document.RootElement.EnumerateObject()
        .Where(field => !field.NameEquals("timestamp"))
        .ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
}
