namespace Runtime.Benchmarks.Sessions;

/// <summary>The event that everybody stores: a model's answer of some 300 characters with its token counts, as an agent produces it.</summary>
internal static class BenchEvent
{
    public const string Author = "assistant";
    public const string InvocationId = "e-7f1c2d9a-58b0-4d0e-9a41-6f3b2f0c8e11";

    /// <summary>Everything but id and timestamp, in ADK's stored form.</summary>
    private const string Body = """
        "invocation_id":"e-7f1c2d9a-58b0-4d0e-9a41-6f3b2f0c8e11","author":"assistant","actions":{"state_delta":{},"artifact_delta":{},"requested_auth_configs":{},"requested_tool_confirmations":{}},"content":{"role":"model","parts":[{"text":"Your order 4711 left the warehouse in Rotterdam on Monday and is expected on Wednesday before noon. The parcel holds two items: a teapot of cast iron and 250 grams of first flush Darjeeling. If nobody is at home, the courier leaves it with your neighbour, as you asked. Is there anything else?"}]},"finish_reason":"STOP","usage_metadata":{"prompt_token_count":812,"candidates_token_count":74,"total_token_count":886}
        """;

    /// <summary>Gets the event without id and timestamp.</summary>
    public const string Json = "{" + Body + "}";

    /// <summary>Writes the event as a store keeps it.</summary>
    /// <param name="id">JSON text without quotes, or what SQL puts in its place.</param>
    /// <param name="milliseconds">A number, or what SQL puts in its place.</param>
    public static string Stored(string id, string milliseconds) => $$"""{"id":"{{id}}","timestamp":{{milliseconds}},{{Body}}}""";

    /// <summary>Makes an event id as ADK makes one.</summary>
    public static string NewId() => Guid.NewGuid().ToString();
}
