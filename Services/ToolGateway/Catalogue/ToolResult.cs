using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>What a tool answers: a JSON object, the same on every protocol, held as the bytes that protocols send.</summary>
public sealed class ToolResult
{
    // Read by models and programs, never embedded in HTML: text in any script stays readable, and short.
    internal static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal ToolResult(ReadOnlyMemory<byte> utf8, ResultRows? rows = null, string? errorCode = null)
    {
        Utf8 = utf8;
        Rows = rows;
        ErrorCode = errorCode;
    }

    /// <summary>Gets the JSON object. On error <c>{status:"ERROR", error_details, error_code}</c>; otherwise as the tool's documentation says.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Gets where in <see cref="Utf8"/> the rows are; null for a result that is not rows.</summary>
    public ResultRows? Rows { get; }

    /// <summary>Gets the machine-readable cause of an error; null for a result.</summary>
    public string? ErrorCode { get; }

    /// <summary>Gets a value indicating whether the work was not done, and different arguments may do it.</summary>
    public bool IsError => ErrorCode is not null;

    public static ToolResult Of(JsonObject content) => new(JsonSerializer.SerializeToUtf8Bytes(content, Json));

    /// <summary>Answers <c>{status:"SUCCESS"}</c> and the given members, the shape of the agent kit's tools.</summary>
    public static ToolResult Success(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var content = new JsonObject { ["status"] = "SUCCESS" };
        foreach (var (name, value) in members)
        {
            content[name] = value;
        }

        return Of(content);
    }

    /// <summary>Answers with something the model can correct.</summary>
    public static ToolResult CorrectableByModel(string code, string details) => Error(code, new JsonObject
    {
        ["status"] = "ERROR",
        ["error_details"] = details,
        ["error_code"] = code,
    });

    /// <summary>Answers with an error that has members of its own.</summary>
    /// <param name="code">The machine-readable cause.</param>
    /// <param name="content">The whole object; has <c>error_details</c>, the words for the model.</param>
    public static ToolResult Error(string code, JsonObject content) => new(JsonSerializer.SerializeToUtf8Bytes(content, Json), errorCode: code);

    /// <summary>Says a failure where a protocol has no status of its own for it, and the step that helps in parts.</summary>
    public static ToolResult Failed(ServiceException error)
    {
        ArgumentNullException.ThrowIfNull(error);

        var content = CorrectableByModel(error.Reason, error.Message).ToJson();
        if (error.Integration is { } integration)
        {
            content["integration"] = integration;
        }

        if (error.Fix is { } fix)
        {
            content["missing"] = error.Problem;
            content["fix"] = fix;
            content["docs"] = error.Docs;
        }

        return Error(error.Reason, content);
    }

    /// <summary>Returns the content as a tree of its own.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Utf8.Span)!.AsObject();

    /// <summary>Returns the content as JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);
}

/// <summary>Where the rows of a result are, in its bytes.</summary>
/// <param name="Array">The array of rows, brackets included.</param>
/// <param name="Items">Each row, in order.</param>
/// <param name="Truncated">There are more rows than the limits of a result allow.</param>
/// <param name="Alone">The object says nothing beside the rows and whether there are more.</param>
public sealed record ResultRows(Range Array, IReadOnlyList<Range> Items, bool Truncated, bool Alone);
