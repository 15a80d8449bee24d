using System.Text.Json;

namespace Runtime.Storage.Migration.V0;

/// <summary>The columns of <c>events</c> in ADK schema version 0, as ADK Python 1.21 has them.</summary>
internal static class V0Columns
{
    /// <summary>The primary key, in its order.</summary>
    public static readonly string[] Key = ["id", "app_name", "user_id", "session_id"];

    /// <summary>What is neither key nor JSON; of these only <c>timestamp</c> and <c>invocation_id</c> are always there.</summary>
    public static readonly string[] Plain =
        ["timestamp", "invocation_id", "author", "branch", "actions", "partial", "turn_complete", "interrupted", "error_code", "error_message"];

    /// <summary>JSON columns, each with the event field it becomes and the kind of JSON that ADK writes there.</summary>
    public static readonly (string Column, string Field, JsonValueKind Kind)[] Json =
    [
        ("long_running_tool_ids_json", "long_running_tool_ids", JsonValueKind.Array),
        ("content", "content", JsonValueKind.Object),
        ("grounding_metadata", "grounding_metadata", JsonValueKind.Object),
        ("custom_metadata", "custom_metadata", JsonValueKind.Object),
        ("usage_metadata", "usage_metadata", JsonValueKind.Object),
        ("citation_metadata", "citation_metadata", JsonValueKind.Object),
        ("input_transcription", "input_transcription", JsonValueKind.Object),
        ("output_transcription", "output_transcription", JsonValueKind.Object),
    ];
}
