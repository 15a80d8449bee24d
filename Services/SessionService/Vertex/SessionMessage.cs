using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Runtime.Storage;
using Message = Google.Cloud.AIPlatform.V1Beta1.Session;

namespace Runtime.SessionService.Vertex;

/// <summary>Between the wire's session and the store's.</summary>
internal static class SessionMessage
{
    public static Message Of(Session session, EngineName engine) => new()
    {
        Name = new SessionName(engine, session.Key.Id).ToString(),
        UserId = session.Key.User,
        DisplayName = session.DisplayName,
        Labels = { session.Labels },
        SessionState = Structs.Of(session.State),
        CreateTime = Timestamp.FromDateTimeOffset(session.CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(session.UpdateTime),
        ExpireTime = session.ExpireTime is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
    };

    public static SessionInput ToInput(Message message) => new()
    {
        UserId = message.UserId,
        DisplayName = message.DisplayName,
        Labels = message.Labels,
        State = message.SessionState is { } state ? Structs.ToJson(state) : null,
        Ttl = message.ExpirationCase == Message.ExpirationOneofCase.Ttl ? message.Ttl : null,
        ExpireTime = message.ExpirationCase == Message.ExpirationOneofCase.ExpireTime
            ? SessionMessages.ToTime(message.ExpireTime, "session.expire_time")
            : null,
    };
}

/// <summary>Between <c>google.protobuf.Struct</c> and JSON.</summary>
internal static class Structs
{
    public static Struct Of(IEnumerable<KeyValuePair<string, JsonElement>> map)
    {
        var result = new Struct();
        foreach (var (key, value) in map)
        {
            result.Fields[key] = Of(value);
        }

        return result;
    }

    public static JsonElement ToJson(Struct value)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, value);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = StorageJson.MaxDepth });
        return document.RootElement.Clone();
    }

    private static Value Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Value.ForString(value.GetString()!),
        // As every reader of proto3 JSON: a number that no double holds comes near it.
        JsonValueKind.Number => Value.ForNumber(value.GetDouble()),
        JsonValueKind.True => Value.ForBool(true),
        JsonValueKind.False => Value.ForBool(false),
        JsonValueKind.Array => Value.ForList([.. value.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => Value.ForStruct(Of(value.EnumerateObject().Select(entry => KeyValuePair.Create(entry.Name, entry.Value)))),
        _ => Value.ForNull(),
    };

    private static void Write(Utf8JsonWriter writer, Struct value)
    {
        writer.WriteStartObject();
        foreach (var (key, field) in value.Fields)
        {
            writer.WritePropertyName(key);
            Write(writer, field);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.StringValue:
                writer.WriteStringValue(value.StringValue);
                break;
            case Value.KindOneofCase.NumberValue:
                WriteNumber(writer, value.NumberValue);
                break;
            case Value.KindOneofCase.BoolValue:
                writer.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.ListValue:
                writer.WriteStartArray();
                foreach (var item in value.ListValue.Values)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case Value.KindOneofCase.StructValue:
                Write(writer, value.StructValue);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (!double.IsFinite(number))
        {
            throw new ServiceDefaults.Errors.InvalidArgumentException("session.session_state", $"{number}", "finite numbers");
        }

        // Whole numbers as such: 5, not 5E+0 or 5.0, up to where a double counts by one.
        if (Math.Abs(number) <= 1L << 53 && number == Math.Truncate(number) && !(number == 0 && double.IsNegative(number)))
        {
            writer.WriteNumberValue((long)number);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }
}
