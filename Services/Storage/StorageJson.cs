using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Runtime.Storage;

/// <summary>The one way that this library reads and writes JSON: numbers keep their digits, text stays readable.</summary>
public static class StorageJson
{
    /// <summary>The deepest nesting that is accepted, in events and state alike.</summary>
    public const int MaxDepth = 256;

    // What is written here goes to a database or a gRPC field, never into a page, so HTML needs no escaping.
    internal static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth };

    internal static readonly JsonDocumentOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    private static readonly Dictionary<string, JsonElement> _none = new(StringComparer.Ordinal);

    /// <summary>Writes a map as one JSON object, UTF-8.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, JsonElement> map)
    {
        ArgumentNullException.ThrowIfNull(map);

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var (key, value) in map)
            {
                writer.WritePropertyName(key);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a stored map; nothing and JSON null are the empty map.</summary>
    /// <exception cref="StorageException">The stored text is not a JSON object.</exception>
    internal static Dictionary<string, JsonElement> ReadMap(byte[]? stored)
    {
        if (stored is null)
        {
            return _none;
        }

        using var document = JsonDocument.Parse(stored, ReaderOptions);
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.Object => ToMap(document.RootElement.Clone()),
            JsonValueKind.Null => _none,
            var kind => throw new StorageException(StorageFailure.Unknown, $"A stored state map is a JSON {kind}, not an object.",
                "Correct the row, or restore it from a backup."),
        };
    }

    internal static bool HoldsNul(ReadOnlyMemory<byte> json)
    {
        if (json.Span.IndexOf("\\u0000"u8) < 0)
        {
            return false;
        }

        using var document = JsonDocument.Parse(json, ReaderOptions);
        return HoldsNul(document.RootElement);
    }

    internal static bool HoldsNul(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetRawText().Contains("\\u0000", StringComparison.Ordinal) && value.GetString()!.Contains('\0', StringComparison.Ordinal),
        JsonValueKind.Array => value.EnumerateArray().Any(HoldsNul),
        JsonValueKind.Object => value.EnumerateObject().Any(entry => entry.Name.Contains('\0', StringComparison.Ordinal) || HoldsNul(entry.Value)),
        _ => false,
    };

    private static Dictionary<string, JsonElement> ToMap(JsonElement value)
    {
        var map = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var entry in value.EnumerateObject())
        {
            map[entry.Name] = entry.Value;
        }

        return map;
    }
}
