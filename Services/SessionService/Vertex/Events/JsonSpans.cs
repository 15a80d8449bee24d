using System.Text.Json;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>Places in JSON that is known to parse. The default range stands for nothing.</summary>
internal static class JsonSpans
{
    private static readonly JsonReaderOptions _options = new() { MaxDepth = StorageJson.MaxDepth };

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, _options);

    public static bool IsObject(ReadOnlySpan<byte> json, Range at) => json[at] is [(byte)'{', ..];

    /// <summary>Finds a member of the object at a place.</summary>
    public static Range Member(ReadOnlySpan<byte> json, Range at, ReadOnlySpan<byte> name)
    {
        if (!IsObject(json, at))
        {
            return default;
        }

        var reader = Reader(json[at]);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueSpan.SequenceEqual(name);
            var value = Value(ref reader, at.Start.Value);
            if (found)
            {
                return value;
            }
        }

        return default;
    }

    /// <summary>Moves over the value of the name that the reader stands on, and says where it is.</summary>
    public static Range Value(ref Utf8JsonReader reader, int offset)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return (offset + start)..(offset + (int)reader.BytesConsumed);
    }
}
