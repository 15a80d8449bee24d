using System.Collections.Frozen;
using System.Text;

namespace Runtime.Storage.Events;

/// <summary>What the fields of an ADK event are called, and where the names stop being ADK's.</summary>
/// <remarks>
/// Only names in these tables are respelled at the top and in <c>actions</c>, so a field that is new in some SDK comes back as it was sent.
/// Inside model output (<c>content</c>, usage, grounding) every name belongs to the model API and follows one rule.
/// </remarks>
internal static class EventFields
{
    /// <summary>How the names inside a value are treated.</summary>
    internal enum Inside
    {
        /// <summary>The agent's own data: nothing is touched.</summary>
        Verbatim,

        /// <summary>A model API object: all names are spelled snake_case.</summary>
        ModelApi,

        /// <summary>The <c>actions</c> object.</summary>
        Actions,
    }

    /// <summary>The fields of an event, by both spellings.</summary>
    public static readonly FrozenDictionary<string, (string Name, Inside Inside)> Event = Table(
        verbatim:
        [
            "id", "invocation_id", "author", "timestamp", "partial", "turn_complete", "turn_complete_reason", "finish_reason", "error_code",
            "error_message", "interrupted", "branch", "long_running_tool_ids", "custom_metadata", "avg_logprobs", "model_version",
            "interaction_id", "live_session_id", "live_setup_complete", "output", "isolation_scope", "route",
            // Compaction as the JavaScript SDK writes it, on the event itself.
            "is_compacted", "start_time", "end_time", "compacted_content", "is_scratchpad",
        ],
        modelApi:
        [
            "content", "grounding_metadata", "citation_metadata", "usage_metadata", "cache_metadata", "logprobs_result", "input_transcription",
            "output_transcription", "live_session_resumption_update", "go_away", "node_info",
        ],
        actions: ["actions"]);

    /// <summary>The fields of <c>actions</c>, by both spellings.</summary>
    public static readonly FrozenDictionary<string, (string Name, Inside Inside)> Actions = Table(
        verbatim:
        [
            "skip_summarization", "state_delta", "artifact_delta", "transfer_to_agent", "escalate", "requested_auth_configs",
            "requested_tool_confirmations", "end_of_agent", "agent_state", "rewind_before_invocation_id", "route", "render_ui_widgets",
            "set_model_response", "custom_metadata",
        ],
        modelApi: ["compaction"],
        actions: []);

    /// <summary>The maps that every ADK writes into <c>actions</c>; its readers take them for granted.</summary>
    public static readonly string[] AlwaysInActions = ["state_delta", "artifact_delta", "requested_auth_configs", "requested_tool_confirmations"];

    /// <summary>Where a model API object holds data of the agent's own.</summary>
    public static bool IsAgentsOwn(string name) => name is "args" or "response" or "part_metadata" or "custom_metadata";

    /// <summary>Spells a camelCase name as snake_case; anything that is not plain camelCase stays.</summary>
    public static string ToSnakeCase(string name)
    {
        var plain = name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(char.IsAsciiLetterOrDigit);
        if (!plain || !name.Any(char.IsAsciiLetterUpper))
        {
            return name;
        }

        var snake = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter))
            {
                snake.Append('_').Append(char.ToLowerInvariant(letter));
            }
            else
            {
                snake.Append(letter);
            }
        }

        return snake.ToString();
    }

    internal static string ToCamelCase(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static FrozenDictionary<string, (string Name, Inside Inside)> Table(string[] verbatim, string[] modelApi, string[] actions)
    {
        var all = verbatim.Select(name => (name, Inside.Verbatim))
            .Concat(modelApi.Select(name => (name, Inside.ModelApi)))
            .Concat(actions.Select(name => (name, Inside.Actions)))
            .ToArray();
        return all.Concat(all.Select(field => field with { name = ToCamelCase(field.name) }).Where(field => all.All(known => known.name != field.name)))
            .ToFrozenDictionary(field => field.name, field => (ToSnakeCase(field.name), field.Item2), StringComparer.Ordinal);
    }
}
