using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Runtime.Storage.Dialects.MySql;

/// <summary>Where JSON columns keep less than JSON says: a limit of depth in both products, and numbers in MySQL.</summary>
internal static class MySqlJson
{
    /// <summary>Brings an event to a form that the JSON column keeps.</summary>
    /// <returns>
    /// The event, and nothing; or, where the column would lose something, a readable stand-in, which is what ADK's own services see, and
    /// the exact text for a column of its own.
    /// </returns>
    public static (ReadOnlyMemory<byte> Column, ReadOnlyMemory<byte> Exact) Fit(ReadOnlyMemory<byte> json, MySqlServer server) =>
        IsKept(json.Span, server) ? (json, default) : (StandIn(json, server), json);

    /// <summary>Refuses state that is nested too deeply: unlike an event it has no second place to be.</summary>
    /// <exception cref="StorageException">A value is nested too deeply.</exception>
    public static void RequireDepth(IReadOnlyDictionary<string, JsonElement> state, MySqlServer server)
    {
        // The state map itself is one level.
        if (state.Any(entry => Depth(entry.Value) > server.MaxJsonDepth - 1))
        {
            throw new StorageException(
                StorageFailure.InvalidData, $"A state value has more than {server.MaxJsonDepth - 1} arrays and objects inside each other.",
                "Send it as a string of JSON.");
        }
    }

    private static bool IsKept(ReadOnlySpan<byte> json, MySqlServer server)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = StorageJson.MaxDepth });
        while (reader.Read())
        {
            var lost = reader.TokenType switch
            {
                JsonTokenType.StartObject or JsonTokenType.StartArray => reader.CurrentDepth >= server.MaxJsonDepth,
                JsonTokenType.Number => !server.IsMariaDb && !IsKeptByMySql(ref reader),
                _ => false,
            };
            if (lost)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>MySQL keeps integers of 64 bits, and everything else as a double.</summary>
    private static bool IsKeptByMySql(ref Utf8JsonReader number)
    {
        if (number.TryGetInt64(out _) || number.TryGetUInt64(out _))
        {
            return true;
        }

        using var exact = JsonDocument.ParseValue(ref number);
        if (!double.IsFinite(exact.RootElement.GetDouble()))
        {
            return false;
        }

        using var kept = JsonDocument.Parse(exact.RootElement.GetDouble().ToString("R", CultureInfo.InvariantCulture));
        return JsonElement.DeepEquals(exact.RootElement, kept.RootElement);
    }

    private static ReadOnlyMemory<byte> StandIn(ReadOnlyMemory<byte> json, MySqlServer server)
    {
        using var document = JsonDocument.Parse(json, StorageJson.ReaderOptions);
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer, StorageJson.WriterOptions))
        {
            Write(document.RootElement, 1);

            void Write(JsonElement value, int depth)
            {
                switch (value.ValueKind)
                {
                    case JsonValueKind.Object or JsonValueKind.Array when depth > server.MaxJsonDepth:
                        writer.WriteNullValue();
                        break;
                    case JsonValueKind.Object:
                        writer.WriteStartObject();
                        foreach (var entry in value.EnumerateObject())
                        {
                            writer.WritePropertyName(entry.Name);
                            Write(entry.Value, depth + 1);
                        }

                        writer.WriteEndObject();
                        break;
                    case JsonValueKind.Array:
                        writer.WriteStartArray();
                        foreach (var item in value.EnumerateArray())
                        {
                            Write(item, depth + 1);
                        }

                        writer.WriteEndArray();
                        break;
                    case JsonValueKind.Number when !server.IsMariaDb && !double.IsFinite(value.GetDouble()):
                        writer.WriteStringValue(value.GetRawText());
                        break;
                    default:
                        value.WriteTo(writer);
                        break;
                }
            }
        }

        return buffer.WrittenMemory;
    }

    private static int Depth(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => 1 + value.EnumerateObject().Select(entry => Depth(entry.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + value.EnumerateArray().Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };
}
