using System.Text;
using Runtime.Storage.Events;
using Runtime.Storage.Migration.Pickle;
using Runtime.Storage.Migration.V0;

namespace Runtime.Storage.Tests.Migration;

public sealed class V0EventTests
{
    private static readonly V0Row _row = new()
    {
        Id = "e1", AppName = "app", UserId = "user", SessionId = "session", InvocationId = "e-1", Author = "billing",
        Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(1_763_872_000).AddMicroseconds(123_456),
    };

    [Fact]
    public void All_columns_become_fields_of_the_event_in_stored_form()
    {
        var row = _row with
        {
            Branch = "root.billing", Partial = false, TurnComplete = true, Interrupted = false, ErrorCode = "SAFETY", ErrorMessage = "Blocked ü",
            Actions = Pickle("flow"),
            Json = new Dictionary<string, string>
            {
                ["long_running_tool_ids_json"] = """["adk-1", "adk-2"]""",
                ["content"] = """{"parts": [{"function_call": {"args": {"someKey": 1.0}, "name": "f"}}], "role": "model"}""",
                ["custom_metadata"] = """{"keyOfMine": null}""",
                ["usage_metadata"] = """{"total_token_count": 5}""",
                ["grounding_metadata"] = "null",
                ["input_transcription"] = """{"text": "hi", "finished": true}""",
            },
        };

        var json = Json(row);

        Assert.Equal(
            """{"id":"e1","invocation_id":"e-1","author":"billing","timestamp":1763872000.123456,"actions":{"skip_summarization":true,"state_delta":{},"artifact_delta":{"report.pdf":0,"ünïcode.txt":12},"transfer_to_agent":"billing","escalate":false,"requested_auth_configs":{},"requested_tool_confirmations":{},"end_of_agent":true,"agent_state":{"step":3,"note":null},"rewind_before_invocation_id":"e-1"},"long_running_tool_ids":["adk-1","adk-2"],"content":{"parts":[{"function_call":{"args":{"someKey":1.0},"name":"f"}}],"role":"model"},"custom_metadata":{"keyOfMine":null},"usage_metadata":{"total_token_count":5},"input_transcription":{"text":"hi","finished":true},"branch":"root.billing","partial":false,"turn_complete":true,"error_code":"SAFETY","error_message":"Blocked ü","interrupted":false}""",
            json);
    }

    [Fact]
    public void A_row_of_the_first_columns_alone_becomes_an_event_that_readers_accept()
    {
        var json = Json(new() { Id = "e1", AppName = "app", UserId = "user", SessionId = "session", Timestamp = _row.Timestamp });

        var prepared = EventJson.Prepare(json, new(), TimeProvider.System.GetUtcNow());
        Assert.Equal(_row.Timestamp, prepared.Timestamp);
        Assert.Contains(
            """
            "actions":{"state_delta":{},"artifact_delta":{},"requested_auth_configs":{},"requested_tool_confirmations":{}}
            """, json, StringComparison.Ordinal);
    }

    [Fact]
    public void Unreadable_actions_stop_the_row_unless_they_are_left_out()
    {
        var refused = PickleSamples.Refused.Single(entry => entry.Name == "own_class");
        var row = _row with { Actions = Convert.FromBase64String(refused.Pickle) };

        Assert.Equal("my_app.models.Order", Assert.Throws<PickleException>(() => Json(row)).Global);
        Assert.Contains("\"state_delta\":{}", Encoding.UTF8.GetString(V0Event.ToJson(row, withActions: false).Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("content", "{", "not JSON")]
    [InlineData("content", "[]", "JSON of kind Array, not Object")]
    [InlineData("long_running_tool_ids_json", "{}", "JSON of kind Object, not Array")]
    [InlineData("usage_metadata", """{"a":"\ud83d"}""", "not valid Unicode")]
    public void A_json_column_that_holds_something_else_is_named(string column, string text, string problem)
    {
        var error = Assert.Throws<V0RowException>(() => Json(_row with { Json = new Dictionary<string, string> { [column] = text } }));

        Assert.Equal(column, error.Column);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private static string Json(V0Row row) => Encoding.UTF8.GetString(V0Event.ToJson(row, withActions: true).Span);

    private static byte[] Pickle(string sample) => Convert.FromBase64String(PickleSamples.Read.Single(entry => entry.Name == sample).Pickles["5"]);
}
