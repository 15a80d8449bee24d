using System.Text.Json;
using Google.Cloud.AIPlatform.V1Beta1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.Benchmarks.Sessions.Vertex;

/// <summary><see cref="BenchEvent"/> in the structured fields of the Vertex AI Sessions API, as ADK's clients send it; that API has no field for a finish reason.</summary>
internal static class VertexBenchEvent
{
    /// <summary>Gets the event without its time. It is shared: copy it to change it.</summary>
    public static SessionEvent Message { get; } = Make();

    private static SessionEvent Make()
    {
        using var native = JsonDocument.Parse(BenchEvent.Json);
        return new()
        {
            Author = BenchEvent.Author,
            InvocationId = BenchEvent.InvocationId,
            Content = JsonParser.Default.Parse<Content>(native.RootElement.GetProperty("content").GetRawText()),
            EventMetadata = new()
            {
                CustomMetadata = Struct.Parser.ParseJson($$"""{"_usage_metadata":{{native.RootElement.GetProperty("usage_metadata").GetRawText()}}}"""),
            },
        };
    }
}
