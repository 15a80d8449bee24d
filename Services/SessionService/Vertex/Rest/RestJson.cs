using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Runtime.ServiceDefaults.Errors;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex.Rest;

/// <summary>Sessions and operations as JSON, by the rules of proto3 JSON; state keeps its numbers digit by digit.</summary>
internal static class RestJson
{
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2 * StorageJson.MaxDepth };

    public static void Write(Utf8JsonWriter writer, Session session, EngineName engine)
    {
        writer.WriteStartObject();
        WriteFields(writer, session, engine);
        writer.WriteEndObject();
    }

    /// <param name="session">The session that the operation created.</param>
    public static void Write(Utf8JsonWriter writer, SessionOperation operation, Session? session)
    {
        writer.WriteStartObject();
        writer.WriteString("name", operation.Name);
        writer.WriteStartObject("metadata");
        writer.WriteString("@type", Wire.TypeUrls.Of(
            operation.Kind == OperationKind.Create ? "CreateSessionOperationMetadata" : "DeleteOperationMetadata", operation.Version));
        writer.WriteStartObject("genericMetadata");
        WriteTime(writer, "createTime", operation.Time);
        WriteTime(writer, "updateTime", operation.Time);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteBoolean("done", true);
        writer.WriteStartObject("response");
        if (session is not null)
        {
            writer.WriteString("@type", Wire.TypeUrls.Of("Session", operation.Version));
            WriteFields(writer, session, operation.Session.Engine);
        }
        else
        {
            writer.WriteString("@type", "type.googleapis.com/google.protobuf.Empty");
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>Reads a session that a caller sent, in either spelling of names; what it says beyond that is passed over.</summary>
    public static SessionInput ReadSession(JsonElement body)
    {
        // As the first ADK clients in Dart and Python had it: {"user_id": …, "config": {"session_state": …}}.
        var config = Field(body, "config", "config") is { ValueKind: JsonValueKind.Object } inner ? inner : default;
        return new()
        {
            UserId = Text("userId", "user_id") ?? "",
            DisplayName = Text("displayName", "display_name"),
            Labels = Get("labels", "labels") is { } labels ? Labels(labels) : null,
            State = Get("sessionState", "session_state") is { } state
                ? state.ValueKind == JsonValueKind.Object ? state : throw Refused("session_state", state, "one JSON object")
                : null,
            Ttl = Get("ttl", "ttl") is { } ttl ? Duration(ttl) : null,
            ExpireTime = Get("expireTime", "expire_time") is { } expires ? Time(expires, "session.expire_time") : null,
        };

        JsonElement? Get(string camel, string snake) => Field(body, camel, snake) ?? Field(config, camel, snake);

        string? Text(string camel, string snake) => Get(camel, snake) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => text.GetString(),
            { } other => throw Refused(snake, other, "a string"),
        };
    }

    /// <summary>Reads a time: RFC 3339, or the two numbers that older clients send.</summary>
    /// <exception cref="InvalidArgumentException">It is neither.</exception>
    public static DateTimeOffset Time(JsonElement value, string field)
    {
        if (value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        return Parts(value) is var (seconds, nanos) && seconds is > -62_135_596_800 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / TimeSpan.NanosecondsPerTick)
            : throw new InvalidArgumentException(field, value.GetRawText(), "a time as \"2026-01-31T11:30:00.5Z\" or {\"seconds\": 1769859000, \"nanos\": 500000000}");
    }

    public static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        var format = utc.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'"
            : utc.Ticks % TimeSpan.TicksPerMillisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"
            : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
        writer.WriteString(name, utc.ToString(format, CultureInfo.InvariantCulture));
    }

    private static void WriteFields(Utf8JsonWriter writer, Session session, EngineName engine)
    {
        writer.WriteString("name", new SessionName(engine, session.Key.Id).ToString());
        WriteTime(writer, "createTime", session.CreateTime);
        WriteTime(writer, "updateTime", session.UpdateTime);
        if (session.DisplayName.Length > 0)
        {
            writer.WriteString("displayName", session.DisplayName);
        }

        if (session.Labels.Count > 0)
        {
            writer.WriteStartObject("labels");
            foreach (var (key, value) in session.Labels)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        writer.WriteStartObject("sessionState");
        foreach (var (key, value) in session.State)
        {
            writer.WritePropertyName(key);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
        writer.WriteString("userId", session.Key.User);
        if (session.ExpireTime is { } expires)
        {
            WriteTime(writer, "expireTime", expires);
        }
    }

    private static JsonElement? Field(JsonElement body, string camel, string snake) => body.ValueKind != JsonValueKind.Object ? null
        : body.TryGetProperty(camel, out var value) || body.TryGetProperty(snake, out value) ? value.ValueKind == JsonValueKind.Null ? null : value
        : null;

    private static Dictionary<string, string> Labels(JsonElement labels) => labels.ValueKind != JsonValueKind.Object
        ? throw Refused("labels", labels, "one JSON object with strings")
        : labels.EnumerateObject().ToDictionary(
            label => label.Name,
            label => label.Value.ValueKind == JsonValueKind.String ? label.Value.GetString()! : throw Refused($"labels.{label.Name}", label.Value, "a string"),
            StringComparer.Ordinal);

    // "3600s", "1.5s", or {"seconds": 3600}.
    private static Duration Duration(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is [.. var number, 's']
            && decimal.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) <= Google.Protobuf.WellKnownTypes.Duration.MaxSeconds)
        {
            return new() { Seconds = (long)decimal.Truncate(seconds), Nanos = (int)((seconds - decimal.Truncate(seconds)) * 1_000_000_000) };
        }

        return Parts(value) is var (whole, nanos)
            ? new() { Seconds = whole, Nanos = nanos }
            : throw Refused("ttl", value, "a duration in seconds as \"3600s\"");
    }

    private static (long Seconds, int Nanos)? Parts(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || Number("seconds") is not { } seconds || Number("nanos") is not (>= 0 and < 1_000_000_000 and var nanos))
        {
            return null;
        }

        return (seconds, (int)nanos);

        // proto3 JSON writes 64-bit numbers as strings.
        long? Number(string name) => !value.TryGetProperty(name, out var number) ? 0
            : number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var parsed) ? parsed
            : number.ValueKind == JsonValueKind.String && long.TryParse(number.GetString(), CultureInfo.InvariantCulture, out parsed) ? parsed
            : null;
    }

    private static InvalidArgumentException Refused(string field, JsonElement came, string allowed) => new($"session.{field}", came.GetRawText(), allowed);
}
