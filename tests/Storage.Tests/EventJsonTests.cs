using System.Text;
using System.Text.Json;
using Runtime.Storage.Events;

namespace Runtime.Storage.Tests;

public sealed class EventJsonTests
{
    private static readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch.AddSeconds(1_763_872_000);

    [Theory]
    [InlineData("""{"turnComplete":true}""", """{"turn_complete":true}""")]
    [InlineData("""{"turn_complete":true}""", """{"turn_complete":true}""")]
    [InlineData("""{"somethingNew":{"innerKey":1}}""", """{"somethingNew":{"innerKey":1}}""")]
    [InlineData("""{"customMetadata":{"myKey":1}}""", """{"custom_metadata":{"myKey":1}}""")]
    [InlineData("""{"output":{"myKey":1},"route":["aB"]}""", """{"output":{"myKey":1},"route":["aB"]}""")]
    [InlineData("""{"branch":null,"newField":null}""", """{"newField":null}""")]
    [InlineData(
        """{"content":{"parts":[{"inlineData":{"mimeType":"a/b","displayName":"x"}},{"functionResponse":{"response":{"aB":{"cD":1}}}},{"thoughtSignature":"_-8="}]}}""",
        """{"content":{"parts":[{"inline_data":{"mime_type":"a/b","display_name":"x"}},{"function_response":{"response":{"aB":{"cD":1}}}},{"thought_signature":"_-8="}]}}""")]
    [InlineData("""{"groundingMetadata":{"groundingChunks":[{"retrievedContext":{"uri":"u"}}]}}""", """{"grounding_metadata":{"grounding_chunks":[{"retrieved_context":{"uri":"u"}}]}}""")]
    [InlineData("""{"isCompacted":true,"startTime":1}""", """{"is_compacted":true,"start_time":1}""")]
    public void Known_names_are_respelled_and_the_agents_own_are_not(string sent, string stored) => AssertHas(stored, Prepare(sent));

    [Theory]
    [InlineData("""{"requestedToolConfirmations":{"adk-1":{"hint":"h","payload":{"aB":1}}}}""", """{"requested_tool_confirmations":{"adk-1":{"hint":"h","payload":{"aB":1}}}}""")]
    [InlineData("""{"agentState":{"aB":1},"endOfAgent":true,"newOne":{"aB":1}}""", """{"agent_state":{"aB":1},"end_of_agent":true,"newOne":{"aB":1}}""")]
    [InlineData("""{"compaction":{"startTimestamp":1,"compactedContent":{"parts":[{"fileData":{"fileUri":"u"}}]}}}""", """{"compaction":{"start_timestamp":1,"compacted_content":{"parts":[{"file_data":{"file_uri":"u"}}]}}}""")]
    public void Names_in_actions_follow_the_same_rule(string sent, string stored) =>
        AssertHas($$"""{"actions":{{stored}}}""", Prepare($$"""{"actions":{{sent}}}"""));

    [Fact]
    public void Actions_are_there_also_when_none_were_sent() =>
        AssertHas("""{"actions":{"state_delta":{},"artifact_delta":{},"requested_auth_configs":{},"requested_tool_confirmations":{}}}""", Prepare("{}"));

    [Theory]
    [InlineData("1763872000.123456", 123_456, "1763872000123.456")]
    [InlineData("1763872000.1234567", 123_457, "1763872000123.457")]
    [InlineData("1763872000123", 123_000, "1763872000123")]
    [InlineData("1.763872e9", 0, "1763872000000")]
    public void Timestamp_is_read_in_seconds_or_milliseconds_and_stored_in_milliseconds(string sent, int micros, string stored)
    {
        var prepared = Prepare($$"""{"timestamp":{{sent}}}""");

        Assert.Equal(_now.AddMicroseconds(micros), prepared.Timestamp);
        Assert.False(prepared.TimestampAssigned);
        Assert.Contains($"\"timestamp\":{stored},", Encoding.UTF8.GetString(prepared.Json.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1763872000.123456", "1763872000.123456")]
    [InlineData("1763872000000", "1763872000")]
    [InlineData("-1.5", "-1.5")]
    public void Stored_form_has_its_time_in_the_unit_of_the_database(string sent, string seconds)
    {
        var prepared = Prepare($$"""{"id":"ä\"timestamp\":1","timestamp":{{sent}},"output":{"timestamp":5},"z":1}""");

        var inSeconds = Encoding.UTF8.GetString(prepared.JsonIn(EventTimeUnit.Seconds).Span);

        Assert.Contains($",\"timestamp\":{seconds},\"actions\"", inSeconds, StringComparison.Ordinal);
        Assert.Contains("\"output\":{\"timestamp\":5}", inSeconds, StringComparison.Ordinal);
        Assert.Equal(prepared.Json, prepared.JsonIn(EventTimeUnit.Milliseconds));
        Assert.True(prepared.SameAs(StoredEvent.Read(prepared.JsonIn(EventTimeUnit.Seconds), prepared.Id, prepared.InvocationId, prepared.Timestamp, 1)));
    }

    [Fact]
    public void Event_without_id_and_time_gets_both()
    {
        var prepared = Prepare("");

        Assert.True(Guid.TryParse(prepared.Id, out _));
        Assert.Equal(_now, prepared.Timestamp);
        Assert.True(prepared.TimestampAssigned);
    }

    [Fact]
    public void Delta_is_split_and_stripped_of_temp()
    {
        var prepared = Prepare("""{"actions":{"stateDelta":{"a":1,"app:b":2,"user:c":null,"temp:d":4}}}""");

        Assert.Equal(["a"], prepared.Delta.Session.Keys);
        Assert.Equal(["b"], prepared.Delta.App.Keys);
        Assert.Equal(["c"], prepared.Delta.User.Keys);
        Assert.DoesNotContain("temp:", Encoding.UTF8.GetString(prepared.Json.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1,"app:b":2,"user:c":null,"temp:d":4}""", "")]
    [InlineData("", """{"actions":{"stateDelta":{"a":1,"app:b":2,"user:c":null,"temp:d":4}}}""")]
    public void A_delta_for_the_session_alone_keeps_its_keys_there_and_in_the_event(string delta, string json)
    {
        var prepared = EventJson.Prepare(json, new() { Author = "user", StateDelta = delta, SessionScopeOnly = true }, _now);

        Assert.Equal(["a", "app:b", "user:c"], prepared.Delta.Session.Keys);
        Assert.Equal(0, prepared.Delta.App.Count + prepared.Delta.User.Count);
        Assert.Contains("""{"a":1,"app:b":2,"user:c":null}""", Encoding.UTF8.GetString(prepared.Json.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"timestamp":1,"id":"x","actions":{"b":[{"state_delta":1}],"state_delta":{"k":{"v":1}}},"author":"me"}""")]
    [InlineData("""{ "author" : "me" , "actions" : { "state_delta" : {"k":{"v":1}} } }""")]
    public void Columns_win_over_the_json_when_a_row_is_read(string stored)
    {
        var read = StoredEvent.Read(Encoding.UTF8.GetBytes(stored), "e\"1", "i", _now.AddMicroseconds(5), revision: 3);

        using var document = JsonDocument.Parse(read.Json);
        Assert.Equal("e\"1", document.RootElement.GetProperty("id").GetString());
        Assert.Equal("i", document.RootElement.GetProperty("invocation_id").GetString());
        Assert.Equal("1763872000.000005", document.RootElement.GetProperty("timestamp").GetRawText());
        Assert.Equal("me", read.Author);
        Assert.Equal("""{"k":{"v":1}}""", Encoding.UTF8.GetString(read.StateDelta.Span));
    }

    [Fact]
    public void Empty_row_is_filled_from_the_columns()
    {
        var read = StoredEvent.Read("{}"u8.ToArray(), "e", "i", _now, revision: 0);

        Assert.Equal("""{"id":"e","invocation_id":"i","timestamp":1763872000}""", Encoding.UTF8.GetString(read.Json.Span));
        Assert.True(read.StateDelta.IsEmpty);
    }

    [Theory]
    [InlineData("fooBar", "foo_bar")]
    [InlineData("sha256Hash", "sha256_hash")]
    [InlineData("foo_bar", "foo_bar")]
    [InlineData("FooBar", "FooBar")]
    [InlineData("foo-Bar", "foo-Bar")]
    [InlineData("", "")]
    public void Only_plain_camel_case_is_respelled(string name, string snake) => Assert.Equal(snake, EventFields.ToSnakeCase(name));

    [Fact]
    public void Bytes_are_read_as_text_is_and_what_is_no_UTF8_is_replaced()
    {
        byte[] sent = [.. "{\"branch\":\"é"u8, 0xFF, .. "\"}"u8];

        AssertHas("""{"branch":"é\uFFFD"}""", EventJson.Prepare(sent, new() { Author = "user" }, _now));
    }

    private static PreparedEvent Prepare(string json) => EventJson.Prepare(json, new() { Author = "user" }, _now);

    /// <summary>Compares the members named in <paramref name="expected"/>; what the server adds to every event is not the subject.</summary>
    private static void AssertHas(string expected, PreparedEvent actual)
    {
        string[] always = ["id", "invocation_id", "author", "timestamp", "actions"];
        using var wanted = JsonDocument.Parse(expected);
        using var came = JsonDocument.Parse(actual.Json);
        foreach (var field in wanted.RootElement.EnumerateObject())
        {
            Assert.True(
                came.RootElement.TryGetProperty(field.Name, out var value) && JsonElement.DeepEquals(field.Value, value), $"{field.Name} in {came.RootElement.GetRawText()}");
        }

        Assert.All(
            came.RootElement.EnumerateObject().Select(field => field.Name).Except(always), name => Assert.True(wanted.RootElement.TryGetProperty(name, out _), name));
    }
}
