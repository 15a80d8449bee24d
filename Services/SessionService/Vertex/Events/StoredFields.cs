using System.Text.Json;

namespace Runtime.SessionService.Vertex;

/// <summary>Finds the fields of a stored event that the Vertex API knows, and notices what it has no field for.</summary>
internal static class StoredFields
{
    /// <summary>How many fields there are: those of <see cref="EventTables.InAdkEvent"/>, in that order.</summary>
    public static readonly int Count = EventTables.InAdkEvent.Length;

    public static readonly int Actions = Array.IndexOf(EventTables.InAdkEvent, EventTables.Actions);
    public static readonly int CustomMetadata = Array.IndexOf(EventTables.InAdkEvent, EventTables.CustomMetadata);

    private static readonly NameTable<Place> _places = new(
    [
        .. EventTables.InAdkEvent.Select((field, index) => (field.AdkName.Value, new Place(index, AdkExtras.None))),
        .. Extras(AdkExtras.None, "id", "invocation_id", "author", "timestamp"),
        .. Extras(AdkExtras.Usage, "usage_metadata"),
        .. Extras(AdkExtras.Compaction, "is_compacted", "start_time", "end_time", "compacted_content"),
        .. Extras(AdkExtras.Workflow, "output", "route", "node_info", "isolation_scope"),
    ]);

    private static readonly NameTable<Place> _inActions = new(
    [
        .. Extras(AdkExtras.Compaction, "compaction"),
        .. Extras(AdkExtras.Workflow, "agent_state", "end_of_agent"),
    ]);

    /// <summary>Notes where each field is, and answers what else the event says.</summary>
    public static AdkExtras Find(ReadOnlySpan<byte> json, Span<Range> fields)
    {
        var extras = AdkExtras.None;
        var reader = JsonSpans.Reader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var place = _places.Find(reader.ValueSpan);
            if (place is { Field: >= 0 })
            {
                fields[place.Field] = JsonSpans.Value(ref reader, 0);
            }
            else if (place is { Extras: AdkExtras.None })
            {
                reader.Skip();
            }
            else
            {
                reader.Read();
                extras |= FieldWriter<JsonSink>.IsNothing(ref reader) ? AdkExtras.None : place?.Extras ?? AdkExtras.Other;
            }
        }

        return extras;
    }

    /// <summary>What a field of actions that the Vertex API does not have says.</summary>
    public static AdkExtras InActions(ReadOnlySpan<byte> name) => _inActions.Find(name)?.Extras ?? AdkExtras.Other;

    private static IEnumerable<(string Name, Place Place)> Extras(AdkExtras extras, params string[] names) =>
        names.Select(name => (name, new Place(-1, extras)));

    private sealed record Place(int Field, AdkExtras Extras);
}
