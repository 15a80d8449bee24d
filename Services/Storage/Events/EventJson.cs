using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Runtime.Storage.State;

namespace Runtime.Storage.Events;

/// <summary>Brings an event, as any SDK writes it, to the form that is stored.</summary>
public static class EventJson
{
    private const string Field = "event.event_json";
    private const int LongestInvocationId = 255;

    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false, MaxDepth = StorageJson.MaxDepth };

    /// <summary>Checks an event and brings it to stored form.</summary>
    /// <param name="json">The event in snake_case or camelCase; empty when the header says it all.</param>
    /// <param name="header">Fields that win over the JSON.</param>
    /// <param name="now">The server's time, for an event that has none.</param>
    /// <exception cref="InvalidInputException">Names the field and what is allowed there.</exception>
    public static PreparedEvent Prepare(string json, EventHeader header, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Prepare(() => JsonDocument.Parse(json.Length == 0 ? "{}" : json, _strict), header, now);
    }

    /// <summary>Checks an event and brings it to stored form.</summary>
    /// <param name="utf8Json">The event in snake_case or camelCase. Bytes that are not UTF-8 become U+FFFD.</param>
    /// <inheritdoc cref="Prepare(string, EventHeader, DateTimeOffset)"/>
    public static PreparedEvent Prepare(ReadOnlyMemory<byte> utf8Json, EventHeader header, DateTimeOffset now) =>
        // The parser does not look into texts for what is no UTF-8.
        Utf8.IsValid(utf8Json.Span)
            ? Prepare(() => JsonDocument.Parse(utf8Json, _strict), header, now)
            : Prepare(Encoding.UTF8.GetString(utf8Json.Span), header, now);

    private static PreparedEvent Prepare(Func<JsonDocument> parse, EventHeader header, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(header);

        try
        {
            using var document = parse();
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Build(document.RootElement, header, now)
                : throw new InvalidInputException(Field, came: null, "one JSON object");
        }
        catch (JsonException error)
        {
            throw new InvalidInputException(Field, came: null, $"one JSON object ({error.Message.TrimEnd('.')})", error);
        }
        catch (InvalidOperationException error)
        {
            // A string with half a surrogate pair, "\ud83d": it parses, and fails when its text is needed.
            throw new InvalidInputException(Field, came: null, "text that is valid Unicode", error);
        }
    }

    private static PreparedEvent Build(JsonElement source, EventHeader header, DateTimeOffset now)
    {
        var fields = Respelled(source, EventFields.Event, Field);

        var given = header.Timestamp ?? (fields.TryGetValue("timestamp", out var stamp) ? EventTime.Parse(stamp) : null as DateTimeOffset?);
        var timestamp = EventTime.ToMicroseconds(given ?? now);
        var id = Text("id", header.Id) is { Length: > 0 } sent ? sent : Guid.CreateVersion7().ToString();
        var delta = Delta(header, fields);
        var prepared = (
            Id: SessionKey.Required("event.id", id),
            InvocationId: SessionKey.Optional("event.invocation_id", Text("invocation_id", header.InvocationId), LongestInvocationId),
            Author: SessionKey.Required("event.author", Text("author", header.Author), LongestInvocationId),
            Partial: header.Partial ?? (fields.TryGetValue("partial", out var partial) && Bool(partial)));

        var buffer = new ArrayBufferWriter<byte>(1024);
        Range timeInJson;
        using (var writer = new Utf8JsonWriter(buffer, StorageJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("id", prepared.Id);
            writer.WriteString("invocation_id", prepared.InvocationId);
            writer.WriteString("author", prepared.Author);
            writer.WritePropertyName("timestamp");
            var time = EventTime.Milliseconds(timestamp);
            writer.WriteRawValue(time, skipInputValidation: true);
            var end = (int)(writer.BytesCommitted + writer.BytesPending);
            timeInJson = (end - time.Length)..end;
            WriteActions(writer, fields.TryGetValue("actions", out var actions) ? actions : default, delta);
            foreach (var (name, value) in fields)
            {
                if (name is "id" or "invocation_id" or "author" or "timestamp" or "actions" || (name == "partial" && header.Partial is not null))
                {
                    continue;
                }

                writer.WritePropertyName(name);
                Write(writer, value, EventFields.Event.TryGetValue(name, out var known) ? known.Inside : EventFields.Inside.Verbatim);
            }

            writer.WriteEndObject();
        }

        return new()
        {
            Id = prepared.Id,
            InvocationId = prepared.InvocationId,
            Author = prepared.Author,
            Timestamp = timestamp,
            TimestampAssigned = given is null,
            Partial = prepared.Partial,
            Delta = delta is not { } change ? ScopedState.Empty
                : header.SessionScopeOnly ? ScopedState.OfSession(change, "event.actions.state_delta")
                : ScopedState.Split(change, "event.actions.state_delta"),
            Json = buffer.WrittenMemory,
            TimeInJson = timeInJson,
        };

        string Text(string name, string set) => set.Length > 0 ? set : fields.TryGetValue(name, out var value) switch
        {
            false => "",
            true when value.ValueKind == JsonValueKind.String => value.GetString()!,
            _ => throw new InvalidInputException($"{Field}.{name}", value.GetRawText(), "a string"),
        };
    }

    private static bool Bool(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? value.ValueKind == JsonValueKind.True
        : throw new InvalidInputException($"{Field}.partial", value.GetRawText(), "true or false");

    private static JsonElement? Delta(EventHeader header, Dictionary<string, JsonElement> fields)
    {
        if (header.StateDelta.Length > 0)
        {
            try
            {
                using var document = JsonDocument.Parse(header.StateDelta, _strict);
                return document.RootElement.Clone();
            }
            catch (JsonException error)
            {
                throw new InvalidInputException("event.state_delta_json", came: null, $"one JSON object ({error.Message.TrimEnd('.')})", error);
            }
        }

        return fields.TryGetValue("actions", out var actions)
            && Respelled(actions, EventFields.Actions, $"{Field}.actions").TryGetValue("state_delta", out var delta)
            ? delta
            : null;
    }

    private static void WriteActions(Utf8JsonWriter writer, JsonElement actions, JsonElement? delta)
    {
        writer.WriteStartObject("actions");
        var given = actions.ValueKind == JsonValueKind.Undefined ? [] : Respelled(actions, EventFields.Actions, $"{Field}.actions");
        foreach (var (name, value) in given.Where(field => field.Key != "state_delta"))
        {
            writer.WritePropertyName(name);
            Write(writer, value, EventFields.Actions.TryGetValue(name, out var known) ? known.Inside : EventFields.Inside.Verbatim);
        }

        if (delta is { ValueKind: JsonValueKind.Object } change)
        {
            writer.WriteStartObject("state_delta");
            foreach (var entry in change.EnumerateObject().Where(entry => !entry.Name.StartsWith(ScopedState.TempPrefix, StringComparison.Ordinal)))
            {
                entry.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        if (actions.ValueKind == JsonValueKind.Undefined)
        {
            foreach (var name in EventFields.AlwaysInActions.Where(name => name != "state_delta" || delta is null))
            {
                writer.WriteStartObject(name);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The members of an object under their snake_case names, known ones that are null left out.</summary>
    private static Dictionary<string, JsonElement> Respelled(
        JsonElement source, FrozenDictionary<string, (string Name, EventFields.Inside Inside)> known, string field)
    {
        if (source.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException(field, came: null, "one JSON object");
        }

        var respelled = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var entry in source.EnumerateObject())
        {
            var isKnown = known.TryGetValue(entry.Name, out var spelling);
            if (isKnown && entry.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var name = isKnown ? spelling.Name : entry.Name;
            if (!respelled.TryAdd(name, entry.Value))
            {
                throw new InvalidInputException($"{field}.{name}", came: null, "each field once, in one spelling");
            }
        }

        return respelled;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, EventFields.Inside inside)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when inside == EventFields.Inside.ModelApi:
                writer.WriteStartObject();
                var seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (var entry in value.EnumerateObject())
                {
                    var name = EventFields.ToSnakeCase(entry.Name);
                    if (!seen.Add(name))
                    {
                        throw new InvalidInputException($"{Field}…{name}", came: null, "each field once, in one spelling");
                    }

                    writer.WritePropertyName(name);
                    Write(writer, entry.Value, EventFields.IsAgentsOwn(name) ? EventFields.Inside.Verbatim : EventFields.Inside.ModelApi);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array when inside == EventFields.Inside.ModelApi:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item, inside);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
