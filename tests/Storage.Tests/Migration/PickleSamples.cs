using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Tests.Migration;

/// <summary>What make_pickles.py wrote.</summary>
internal static class PickleSamples
{
    private static readonly Samples _samples = JsonSerializer.Deserialize<Samples>(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Migration", "Pickles", "pickles.json")), JsonSerializerOptions.Web)!;

    public static IReadOnlyList<Readable> Read => _samples.Read;

    public static IReadOnlyList<Unreadable> Refused => _samples.Refused;

    public static string ToJson(byte[] pickle)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, StorageJson.WriterOptions))
        {
            V0Actions.Write(writer, pickle);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <param name="Name">What the sample shows.</param>
    /// <param name="Pickles">The same object by pickle protocol, base64.</param>
    /// <param name="Json">The actions that the version 1 event has.</param>
    internal sealed record Readable(string Name, IReadOnlyDictionary<string, string> Pickles, JsonElement Json);

    internal sealed record Unreadable(string Name, [property: JsonPropertyName("global")] string? Global, string Pickle);

    private sealed record Samples(IReadOnlyList<Readable> Read, IReadOnlyList<Unreadable> Refused);
}
