using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>Asks on the stream of the running call, which waits: the revisions with a session.</summary>
internal sealed class StreamApprover(McpServer client) : IApprover
{
    /// <summary>Returns whether a client can put a form before its person.</summary>
    public static bool CanAsk(McpServer client) => client.ClientCapabilities?.Elicitation is { } elicitation && (elicitation.Form is not null || elicitation.Url is null);

    public async Task<bool> ApproveAsync(string question, CancellationToken cancellationToken)
    {
        var answer = await client.ElicitAsync(
            new ElicitRequestParams
            {
                Message = question,
                RequestedSchema = new()
                {
                    Properties = { [McpQuestion.Field] = new ElicitRequestParams.BooleanSchema { Title = McpQuestion.FieldTitle } },
                    Required = [McpQuestion.Field],
                },
            },
            cancellationToken);
        return answer.IsAccepted && answer.Content?.TryGetValue(McpQuestion.Field, out var approved) is true && approved.ValueKind is JsonValueKind.True;
    }
}

/// <summary>Lets the client ask and send the call again, with the answer: 2026-07-28, where a server sends no requests.</summary>
/// <remarks>https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr</remarks>
internal sealed class LaterApprover(McpCall call) : IApprover
{
    private readonly TaskCompletionSource<string> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the question, once one was asked that the call brought no answer to.</summary>
    public Task<string> Asked => _asked.Task;

    public bool EndsCall => _asked.Task.IsCompleted;

    public async Task<bool> ApproveAsync(string question, CancellationToken cancellationToken)
    {
        if (call.Answers.TryGetValue(question, out var approved))
        {
            return approved;
        }

        _asked.TrySetResult(question);
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return false;
    }
}

/// <summary>A question that goes to the person with the answer to a call.</summary>
internal sealed record McpQuestion(string Text, string State)
{
    public const string Field = "approve";
    public const string FieldTitle = "Approve";

    public static ReadOnlySpan<byte> KeyUtf8 => "approval"u8;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("resultType"u8, "input_required"u8);
        json.WriteStartObject("inputRequests"u8);
        json.WriteStartObject(KeyUtf8);
        json.WriteString("method"u8, "elicitation/create"u8);
        json.WriteStartObject("params"u8);
        json.WriteString("mode"u8, "form"u8);
        json.WriteString("message"u8, Text);
        json.WriteStartObject("requestedSchema"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteStartObject(Field);
        json.WriteString("type"u8, "boolean"u8);
        json.WriteString("title"u8, FieldTitle);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        json.WriteStringValue(Field);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("requestState"u8, State);
    }
}
