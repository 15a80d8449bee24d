using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>What a client keeps between a call that needs an answer and the same call with it: the questions so far, signed for that call.</summary>
/// <remarks>Rules of https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr#server-requirements-basic-workflow</remarks>
internal sealed class ApprovalState(IOptions<McpOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly byte[] _key = options.Value.ApprovalKey.Length > 0
        ? SHA256.HashData(Encoding.UTF8.GetBytes(options.Value.ApprovalKey))
        : RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    /// <summary>Returns the state of a call that was answered so far, and waits for one more answer.</summary>
    public string Issue(McpCall call, string question)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Payload((time.GetUtcNow() + Lifetime).ToUnixTimeSeconds(), call.Answers, question));
        return $"{WebEncoders.Base64UrlEncode(payload)}.{WebEncoders.Base64UrlEncode(Sign(payload, call))}";
    }

    /// <summary>Reads what a call brings.</summary>
    /// <returns>The answers, none for a call that comes for the first time; null for a state that is not of this call, or too old.</returns>
    public IReadOnlyDictionary<string, bool>? Read(McpCall call)
    {
        if (RpcMessage.TextIn(call.Parameters, "requestState"u8) is not { } state)
        {
            return McpCall.NoAnswers;
        }

        var parts = state.Split('.');
        if (parts.Length is not 2 || Decode(parts[0]) is not { } payload || Decode(parts[1]) is not { } signature
            || !CryptographicOperations.FixedTimeEquals(signature, Sign(payload, call)))
        {
            return null;
        }

        var (until, answers, question) = JsonSerializer.Deserialize<Payload>(payload)!;
        if (until < time.GetUtcNow().ToUnixTimeSeconds())
        {
            return null;
        }

        return Answer(call) is { } approved ? new Dictionary<string, bool>(answers, StringComparer.Ordinal) { [question] = approved } : answers;
    }

    // An answer that is missing or has no action leaves the question open, and it is asked again.
    private static bool? Answer(McpCall call)
    {
        var answer = RpcMessage.ObjectIn(RpcMessage.ObjectIn(call.Parameters, "inputResponses"u8), McpQuestion.KeyUtf8);
        return RpcMessage.TextIn(answer, "action"u8) switch
        {
            "accept" => RpcMessage.ObjectIn(answer, "content"u8) is { ValueKind: JsonValueKind.Object } content
                && content.TryGetProperty(McpQuestion.Field, out var approved) && approved.ValueKind is JsonValueKind.True,
            "decline" or "cancel" => false,
            _ => null,
        };
    }

    private byte[] Sign(byte[] payload, McpCall call) =>
        HMACSHA256.HashData(_key, JsonSerializer.SerializeToUtf8Bytes<string[]>([call.Tool.Name, call.Arguments.GetRawText(), Convert.ToBase64String(payload)]));

    private static byte[]? Decode(string text)
    {
        try
        {
            return WebEncoders.Base64UrlDecode(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private sealed record Payload(long Until, IReadOnlyDictionary<string, bool> Answers, string Question);
}
