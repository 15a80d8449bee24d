using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>Reads an event from the JSON of a REST request.</summary>
internal static class SentJson
{
    /// <summary>Reads the event.</summary>
    /// <param name="body">
    /// A <c>SessionEvent</c> in proto3 JSON, under either spelling of each name; or with all but author, invocation id and time in an object
    /// <c>config</c>, as the arguments of the client library are, and as ADK's Dart port sends them.
    /// </param>
    /// <exception cref="InvalidInputException">Names the field as the client wrote it.</exception>
    public static SentEvent Read(JsonElement body)
    {
        try
        {
            return ReadFields(body);
        }
        catch (InvalidOperationException error)
        {
            // A string with half a surrogate pair parses, and fails when its text is needed; depth is checked when it is written.
            throw new InvalidInputException(
                SentEvent.Path, came: null, $"text that is valid Unicode, nested at most {StorageJson.MaxDepth} levels", error);
        }
    }

    private static SentEvent ReadFields(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException(SentEvent.Path, came: null, "one JSON object");
        }

        var sent = new Dictionary<MessageField, (JsonElement Value, string Path)>();
        Collect(body, SentEvent.Path, sent);
        if (body.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object)
        {
            Collect(config, $"{SentEvent.Path}.config", sent);
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, SentEvent.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var (field, (value, path)) in sent)
            {
                if (field == EventTables.Actions)
                {
                    writer.WritePropertyName(field.AdkName);
                    SentFields.Message(value, field.Message!, path, keepsDefaults: false, writer);
                }
                else if (field == EventTables.Metadata)
                {
                    SentFields.Members(value, field.Message!, path, keepsDefaults: false, keepsUnknown: false, writer);
                }
                else if (field == EventTables.Content || field == EventTables.ErrorCode || field == EventTables.ErrorMessage)
                {
                    SentFields.Field(value, field, path, keepsDefaults: false, writer);
                }
            }

            writer.WriteEndObject();
        }

        var (raw, rawName) = Raw(sent);
        return new(Text(EventTables.Author, "author"), Text(EventTables.InvocationId, "invocationId"), Time(sent), buffer.WrittenMemory, raw, rawName);

        string Text(MessageField field, string name) => sent.TryGetValue(field, out var found) switch
        {
            false => throw SentEvent.Missing(name),
            true when found.Value.ValueKind != JsonValueKind.String => throw new InvalidInputException(found.Path, came: null, "a string"),
            _ when found.Value.GetString() is { Length: > 0 } text => text,
            _ => throw SentEvent.Missing(name),
        };
    }

    private static void Collect(JsonElement from, string path, Dictionary<MessageField, (JsonElement Value, string Path)> sent)
    {
        foreach (var entry in from.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Null
                && EventTables.Event.ByAnyName(JsonMarshal.GetRawUtf8PropertyName(entry)) is { } field
                && !sent.TryAdd(field, (entry.Value, $"{path}.{entry.Name}")))
            {
                throw new InvalidInputException($"{path}.{entry.Name}", came: null, "each field once, in one spelling");
            }
        }
    }

    private static (ReadOnlyMemory<byte> Raw, string Name) Raw(Dictionary<MessageField, (JsonElement Value, string Path)> sent) =>
        sent.TryGetValue(EventTables.RawEvent, out var raw)
            ? raw.Value.ValueKind == JsonValueKind.Object
                ? (JsonMarshal.GetRawUtf8Value(raw.Value).ToArray(), raw.Path)
                : throw new InvalidInputException(raw.Path, came: null, "one JSON object")
            : (default, "");

    private static DateTimeOffset Time(Dictionary<MessageField, (JsonElement Value, string Path)> sent)
    {
        if (!sent.TryGetValue(EventTables.Timestamp, out var stamp))
        {
            throw SentEvent.Missing("timestamp");
        }

        switch (stamp.Value.ValueKind)
        {
            // A date alone, or a time of nowhere, is no time of the proto mapping.
            case JsonValueKind.String when stamp.Value.GetString() is { Length: > 19 } text && (text[^1] == 'Z' || text[^6] is '+' or '-')
                && stamp.Value.TryGetDateTimeOffset(out var time):
                return time;
            case JsonValueKind.Object when Seconds(stamp.Value) is { } time:
                return time;
            default:
                throw new InvalidInputException(
                    stamp.Path, came: null, "a time as in 2026-01-31T12:00:00.000Z, from 0001-01-01 to 9999-12-31");
        }
    }

    /// <summary>Reads <c>{"seconds": 1767225600, "nanos": 5000}</c>, as older clients write times.</summary>
    private static DateTimeOffset? Seconds(JsonElement stamp)
    {
        if (Whole("seconds") is not { } seconds || Whole("nanos") is not { } nanos || nanos is < 0 or > 999_999_999
            || seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return null;
        }

        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);

        long? Whole(string name) => !stamp.TryGetProperty(name, out var value) ? 0 : value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt64(out var number) => number,
            JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
    }
}
