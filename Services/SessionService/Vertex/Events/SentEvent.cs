using System.Text.Json;
using Runtime.Storage;

namespace Runtime.SessionService.Vertex;

/// <summary>An event as a client sent it, read from either transport.</summary>
/// <param name="Author">Who said it.</param>
/// <param name="InvocationId">The run it belongs to.</param>
/// <param name="Timestamp">By the writer's clock.</param>
/// <param name="Fields">The other structured fields as one JSON object, UTF-8, each where and as ADK's stored event has it.</param>
/// <param name="Raw">The raw event as one JSON object, UTF-8; empty for none.</param>
/// <param name="RawName">What the client calls the raw event.</param>
internal sealed record SentEvent(
    string Author, string InvocationId, DateTimeOffset Timestamp, ReadOnlyMemory<byte> Fields, ReadOnlyMemory<byte> Raw, string RawName)
{
    public const string Path = "event";

    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = StorageJson.MaxDepth,
    };

    public static JsonDocumentOptions ReaderOptions { get; } = new() { MaxDepth = StorageJson.MaxDepth, AllowDuplicateProperties = false };

    public static InvalidInputException Missing(string field) => new($"{Path}.{field}", came: null, "a value; the field is required");
}
