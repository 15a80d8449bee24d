using System.Text.Json;
using Runtime.Storage.Events;
using Runtime.Storage.Migration.Pickle;
using Runtime.Storage.State;

namespace Runtime.Storage.Migration.V0;

/// <summary>Turns the pickled <c>EventActions</c> of a version 0 row into the <c>actions</c> of an event.</summary>
internal static class V0Actions
{
    private const string ClassName = "google.adk.events.event_actions.EventActions";

    /// <summary>Writes the actions as one JSON object; no pickle is no actions.</summary>
    /// <exception cref="PickleException">The pickle cannot be read. The writer is then in the middle of the object.</exception>
    public static void Write(Utf8JsonWriter writer, byte[]? pickle)
    {
        var fields = Fields(pickle is null ? null : PickleReader.Read(pickle)).ToList();

        writer.WriteStartObject();
        foreach (var (name, value) in fields)
        {
            writer.WritePropertyName(name);
            if (name == "state_delta" && value is PickledMap delta)
            {
                WriteDelta(writer, delta);
            }
            else
            {
                PickleJson.Write(writer, value);
            }
        }

        // A pickle of an early ADK lacks maps that later ones take for granted.
        foreach (var name in EventFields.AlwaysInActions.Where(name => fields.All(field => field.Key != name)))
        {
            writer.WriteStartObject(name);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(object? actions) => actions switch
    {
        null => [],
        PickledObject record when record.Class.ToString() == ClassName => PickleJson.Fields(record),
        PickledMap map => map.Entries.Where(entry => entry.Value is not null),
        PickledObject other => throw new PickleException($"it is a '{other.Class}', not event actions") { Global = other.Class.ToString() },
        _ => throw new PickleException("it is not event actions"),
    };

    private static void WriteDelta(Utf8JsonWriter writer, PickledMap delta)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in delta.Entries.Where(entry => !entry.Key.StartsWith(ScopedState.TempPrefix, StringComparison.Ordinal)))
        {
            writer.WritePropertyName(key);
            PickleJson.Write(writer, value);
        }

        writer.WriteEndObject();
    }
}
