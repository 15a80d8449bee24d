using System.Text.Json.Serialization;

namespace Runtime.GoogleCloud.Gemini;

/// <summary>What a model is asked. The fields of the public API that are used here, by their names on the wire.</summary>
public sealed record GenerateContentRequest
{
    /// <summary>Gets the conversation, the oldest turn first.</summary>
    public required IReadOnlyList<GeminiContent> Contents { get; init; }

    /// <summary>Gets what the model is told about its task; has no role.</summary>
    public GeminiContent? SystemInstruction { get; init; }

    public GenerationConfig? GenerationConfig { get; init; }

    /// <summary>Makes a request of one question.</summary>
    public static GenerateContentRequest Of(string text, GenerationConfig? config = null) =>
        new() { Contents = [new() { Role = "user", Parts = [new(text)] }], GenerationConfig = config };
}

/// <summary>One turn.</summary>
public sealed record GeminiContent
{
    /// <summary>Gets who said it: <c>user</c> or <c>model</c>.</summary>
    public string? Role { get; init; }

    public IReadOnlyList<GeminiPart> Parts { get; init; } = [];
}

/// <summary>A piece of a turn.</summary>
/// <param name="Text">Its text; <see langword="null"/> for a piece that is no text, such as a function call.</param>
/// <param name="Thought">The model thinks aloud, and this is not its answer.</param>
public sealed record GeminiPart(string? Text, bool? Thought = null);

public sealed record GenerationConfig
{
    /// <summary>Gets how much chance there is in the answer; 0 is least.</summary>
    public double? Temperature { get; init; }

    /// <summary>Gets the most tokens that the answer may have, those of thinking included.</summary>
    public int? MaxOutputTokens { get; init; }
}

/// <summary>What a model answered.</summary>
public sealed record GenerateContentResponse
{
    public IReadOnlyList<GeminiCandidate> Candidates { get; init; } = [];

    /// <summary>Gets why the question was not answered; <see langword="null"/> when it was.</summary>
    public PromptFeedback? PromptFeedback { get; init; }

    public GeminiUsage? UsageMetadata { get; init; }

    public string? ModelVersion { get; init; }

    public string? ResponseId { get; init; }

    /// <summary>Gets the text of the first candidate, without its thoughts; empty when there is none.</summary>
    [JsonIgnore]
    public string Text => Candidates is [{ Content: { } content }, ..]
        ? string.Concat(content.Parts.Where(part => part.Thought is not true).Select(part => part.Text))
        : "";
}

public sealed record GeminiCandidate
{
    public GeminiContent? Content { get; init; }

    /// <summary>Gets why it ends: <c>STOP</c>, <c>MAX_TOKENS</c>, <c>SAFETY</c> and others, which may become more.</summary>
    public string? FinishReason { get; init; }

    public string? FinishMessage { get; init; }
}

public sealed record PromptFeedback(string? BlockReason, string? BlockReasonMessage);

/// <summary>What an answer cost, in tokens.</summary>
public sealed record GeminiUsage
{
    public int PromptTokenCount { get; init; }

    public int CandidatesTokenCount { get; init; }

    public int ThoughtsTokenCount { get; init; }

    public int TotalTokenCount { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GenerateContentRequest))]
[JsonSerializable(typeof(GenerateContentResponse))]
internal sealed partial class GeminiJson : JsonSerializerContext;
