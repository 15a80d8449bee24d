using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Runtime.ServiceDefaults.Errors;

namespace Runtime.ToolGateway.Catalogue;

/// <summary>What a tool answers: a JSON object, the same on every protocol.</summary>
/// <param name="Content">On error <c>{status:"ERROR", error_details, error_code}</c>; otherwise as the tool's documentation says.</param>
/// <param name="IsError">The work was not done, and different arguments may do it.</param>
public sealed record ToolResult(JsonObject Content, bool IsError)
{
    // Read by models and programs, never embedded in HTML: text in any script stays readable, and short.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ToolResult Of(JsonObject content) => new(content, IsError: false);

    /// <summary>Answers <c>{status:"SUCCESS"}</c> and the given members, the shape of most tools.</summary>
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
    public static ToolResult CorrectableByModel(string code, string details) =>
        new(new JsonObject { ["status"] = "ERROR", ["error_details"] = details, ["error_code"] = code }, IsError: true);

    /// <summary>Says a failure where a protocol has no status of its own for it; a missing configuration brings its remedy in parts.</summary>
    public static ToolResult Failed(ServiceException error)
    {
        ArgumentNullException.ThrowIfNull(error);

        var result = CorrectableByModel(error.Reason, error.Message);
        if (error is NotConfiguredException missing)
        {
            result.Content["integration"] = missing.Integration;
            result.Content["missing"] = missing.Missing;
            result.Content["fix"] = missing.Fix;
            result.Content["docs"] = missing.Docs;
        }

        return result;
    }

    /// <summary>Returns the content as JSON text.</summary>
    public string ToJson() => Content.ToJsonString(Json);
}
