using System.Text.Json;
using Runtime.Storage.State;

namespace Runtime.SessionService.Vertex;

/// <summary>Leaves out <c>temp:</c> state, which nobody keeps.</summary>
internal static class TemporaryState
{
    /// <summary>Writes the members of an event's actions.</summary>
    public static void WriteActions(JsonElement actions, Utf8JsonWriter writer)
    {
        foreach (var entry in actions.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Object || !(entry.NameEquals("stateDelta"u8) || entry.NameEquals("state_delta"u8)))
            {
                entry.WriteTo(writer);
                continue;
            }

            writer.WriteStartObject(entry.Name);
            foreach (var change in entry.Value.EnumerateObject()
                .Where(change => !change.Name.StartsWith(ScopedState.TempPrefix, StringComparison.Ordinal)))
            {
                change.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
    }
}
