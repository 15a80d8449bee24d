namespace Runtime.Storage.Migration.V0;

/// <summary>What the columns of <c>events</c> are called in ADK schema version 0, and which event field each JSON column becomes.</summary>
internal static class V0Columns
{
    /// <summary>The columns that every version 0 has had.</summary>
    public static readonly string[] Always = ["id", "app_name", "user_id", "session_id", "timestamp"];

    public static readonly string[] Plain =
        ["invocation_id", "author", "branch", "actions", "partial", "turn_complete", "interrupted", "error_code", "error_message"];

    /// <summary>JSON columns, each with its field and the kind of JSON that ADK writes there.</summary>
    public static readonly (string Column, string Field, System.Text.Json.JsonValueKind Kind)[] Json =
    [
        ("long_running_tool_ids_json", "long_running_tool_ids", System.Text.Json.JsonValueKind.Array),
        ("content", "content", System.Text.Json.JsonValueKind.Object),
        ("grounding_metadata", "grounding_metadata", System.Text.Json.JsonValueKind.Object),
        ("custom_metadata", "custom_metadata", System.Text.Json.JsonValueKind.Object),
        ("usage_metadata", "usage_metadata", System.Text.Json.JsonValueKind.Object),
        ("citation_metadata", "citation_metadata", System.Text.Json.JsonValueKind.Object),
        ("input_transcription", "input_transcription", System.Text.Json.JsonValueKind.Object),
        ("output_transcription", "output_transcription", System.Text.Json.JsonValueKind.Object),
    ];
}
