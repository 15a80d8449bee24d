using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Runtime.SessionService.Wire;
using Runtime.Storage;
using Message = Google.Cloud.AIPlatform.V1Beta1.SessionEvent;

namespace Runtime.SessionService.Tests.Vertex;

public sealed class VertexEventsTests
{
    private const string Head = """{"author":"agent","invocationId":"i1","timestamp":"2026-01-02T03:04:05.678Z"}""";
    private const long Milliseconds = 1767323045678;

    private static readonly JsonParser _tolerant = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static TheoryData<string> Kinds => [.. VertexEventExamples.Kinds.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event_without_a_raw_event_is_answered_as_it_was_written(string kind)
    {
        var sent = Sent(kind, raw: null);
        foreach (var stored in BothWays(sent))
        {
            AssertAnswered(sent, stored);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event_of_ADK_JS_is_answered_as_it_was_written_and_stored_once(string kind)
    {
        var raw = Adk(kind);
        raw["timestamp"] = Milliseconds;
        var sent = Sent(kind, raw);
        foreach (var stored in BothWays(sent))
        {
            AssertAnswered(sent, stored);
            Assert.Equal("e-1", stored.Id);
            VertexEventCase.Same($$"""{"raw_event":"rebuild","timestamp":{{Milliseconds}}}""", Note(stored));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event_of_ADK_Python_is_answered_as_it_was_written_and_stored_once(string kind)
    {
        var raw = Adk(kind);
        raw["timestamp"] = JsonNode.Parse("1767323045.6780002");
        raw["usageMetadata"] = JsonNode.Parse("""{"promptTokenCount":1}""");
        var sent = Sent(kind, raw);
        sent["eventMetadata"] ??= new JsonObject();
        sent["eventMetadata"]!["customMetadata"] ??= new JsonObject();
        sent["eventMetadata"]!["customMetadata"]!["_usage_metadata"] = JsonNode.Parse("""{"prompt_token_count":1}""");
        foreach (var stored in BothWays(sent))
        {
            AssertAnswered(sent, stored);
            VertexEventCase.Same("""{"raw_event":"rebuild","timestamp":1767323045.6780002}""", Note(stored));
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"id":"not an id","author":"else","timestamp":"noon","content":null}""")]
    [InlineData("""{"id":"e-1","author":"agent","invocation_id":"i1","timestamp":1,"long_running_tool_ids":[],"odd":{"camelKey":null}}""")]
    [InlineData("""{"content":{"parts":[{"text":"another","partMetadata":{"x_y":1}}]},"actions":{"stateDelta":{"other":1}},"customMetadata":{}}""")]
    public void An_odd_raw_event_is_answered_as_it_was_written(string raw)
    {
        foreach (var kind in VertexEventExamples.Kinds.Keys)
        {
            var sent = Sent(kind, JsonNode.Parse(raw)!.AsObject());
            foreach (var stored in BothWays(sent))
            {
                AssertAnswered(sent, stored);
            }
        }
    }

    [Fact]
    public void Numbers_of_a_raw_event_keep_their_digits_over_JSON()
    {
        var raw = Adk("nothing");
        raw["timestamp"] = Milliseconds;
        raw["output"] = JsonNode.Parse("""{"big":12345678901234567890123,"exact":0.10}""");

        var answered = VertexEventCase.JsonText(VertexEventCase.Stored(VertexEventCase.FromJson(Sent("nothing", raw).ToJsonString())));

        Assert.Contains("\"big\":12345678901234567890123,\"exact\":0.10", answered, StringComparison.Ordinal);
    }

    [Fact]
    public void Temporary_state_is_kept_nowhere()
    {
        var raw = JsonNode.Parse("""{"actions":{"stateDelta":{"temp:a":1,"b":2}},"odd":null}""")!.AsObject();
        var sent = Sent("nothing", raw);
        sent["actions"] = JsonNode.Parse("""{"stateDelta":{"temp:a":1,"b":2}}""");

        var prepared = VertexEventCase.FromJson(sent.ToJsonString());

        Assert.DoesNotContain("temp:", Encoding.UTF8.GetString(prepared.Json.Span), StringComparison.Ordinal);
        VertexEventCase.Same("""{"actions":{"stateDelta":{"b":2}},"odd":null}""", VertexEventCase.Json(VertexEventCase.Stored(prepared))["rawEvent"]);
    }

    [Fact]
    public void What_ADKs_clients_keep_in_custom_metadata_is_also_where_ADKs_other_services_look()
    {
        var sent = Sent("nothing", raw: null);
        sent["actions"] = JsonNode.Parse("""{"agentState":{"step":1}}""");
        sent["eventMetadata"] = JsonNode.Parse("""
            {"customMetadata":{"own":1,"_usage_metadata":{"promptTokenCount":3},
            "_compaction":{"start_timestamp":1.5,"end_timestamp":2,"compacted_content":{"role":"model"}},
            "_workflow":{"output":{"someKey":1},"route":"r","nodeInfo":{"nodeName":"n"},"agentState":{"step":1},"endOfAgent":true}}}
            """);
        var stored = VertexEventCase.Stored(VertexEventCase.FromJson(sent.ToJsonString()));
        var adk = JsonNode.Parse(stored.Json.Span)!;

        VertexEventCase.Same("""{"prompt_token_count":3}""", adk["usage_metadata"]);
        VertexEventCase.Same("""{"start_timestamp":1.5,"end_timestamp":2,"compacted_content":{"role":"model"}}""", adk["actions"]!["compaction"]);
        VertexEventCase.Same("""{"step":1}""", adk["actions"]!["agent_state"]);
        VertexEventCase.Same("true", adk["actions"]!["end_of_agent"]);
        VertexEventCase.Same("""{"someKey":1}""", adk["output"]);
        VertexEventCase.Same("""{"node_name":"n"}""", adk["node_info"]);
        sent.Remove("actions");
        AssertAnswered(sent, stored);
    }

    [Fact]
    public void A_compaction_of_ADK_JS_is_stored_as_ADK_JS_reads_it()
    {
        var sent = Sent("nothing", raw: null);
        sent["eventMetadata"] = JsonNode.Parse("""{"customMetadata":{"_compaction":{"startTime":1,"endTime":2,"compactedContent":"short"}}}""");
        var stored = VertexEventCase.Stored(VertexEventCase.FromJson(sent.ToJsonString()));
        var adk = JsonNode.Parse(stored.Json.Span)!;

        VertexEventCase.Same("true", adk["is_compacted"]);
        VertexEventCase.Same("\"short\"", adk["compacted_content"]);
        Assert.Null(adk["actions"]!["compaction"]);
        AssertAnswered(sent, stored);
    }

    [Fact]
    public void An_event_that_says_more_than_the_API_has_fields_for_gets_a_raw_event()
    {
        var stored = VertexEventCase.Stored("""
            {"id":"e1","invocation_id":"i1","author":"agent","timestamp":1767225600000,"finish_reason":"STOP","my_own":{"snake_key":1},
            "usage_metadata":{"prompt_token_count":1},"content":{"role":"model","parts":[{"text":"x","part_metadata":{"some_key":1}}]},
            "actions":{"state_delta":{},"requested_tool_confirmations":{"c1":{"some_hint":"?"}}},"custom_metadata":{"_vertex":7}}
            """);
        var answered = VertexEventCase.Json(stored);

        VertexEventCase.Same("""
            {"id":"e1","invocationId":"i1","author":"agent","timestamp":1767225600000,"finishReason":"STOP","my_own":{"snake_key":1},
            "usageMetadata":{"promptTokenCount":1},"content":{"role":"model","parts":[{"text":"x","partMetadata":{"some_key":1}}]},
            "actions":{"stateDelta":{},"requestedToolConfirmations":{"c1":{"some_hint":"?"}}}}
            """, answered["rawEvent"]);
        VertexEventCase.Same("""{"role":"model","parts":[{"text":"x"}]}""", answered["content"]);
        Assert.Null(answered["actions"]);
        Assert.Null(answered["eventMetadata"]);
    }

    [Theory]
    [InlineData("""{"id":"e1","author":"agent","timestamp":1,"actions":{"state_delta":{},"artifact_delta":{},"compaction":null},"partial":false}""")]
    [InlineData("""{"id":"e1","author":"agent","timestamp":1,"content":{"parts":[{"inline_data":{"mime_type":"a/b","data":"-_8"}}]},"usage_metadata":{}}""")]
    [InlineData("""{"id":"e1","author":"agent","timestamp":1,"usage_metadata":{"a":1},"custom_metadata":{"_usage_metadata":{"a":1}}}""")]
    public void An_event_that_the_API_has_fields_for_gets_no_raw_event(string stored)
    {
        Assert.Null(VertexEventCase.Json(VertexEventCase.Stored(stored))["rawEvent"]);
        Assert.Null(VertexEventCase.Wire(VertexEventCase.Stored(stored)).RawEvent);
    }

    [Theory]
    [InlineData("\"AQID_-8\"")]
    [InlineData("\"AQID_-8=\"")]
    [InlineData("\"AQID/+8=\"")]
    [InlineData("\"AQID/+8\"")]
    public void Base64_of_either_alphabet_is_answered_in_the_standard_one(string data)
    {
        var stored = VertexEventCase.Stored($$$"""{"content":{"parts":[{"thought_signature":{{{data}}}}]}}""");

        VertexEventCase.Same("\"AQID/+8=\"", VertexEventCase.Json(stored)["content"]!["parts"]![0]!["thoughtSignature"]);
        Assert.Equal(new byte[] { 1, 2, 3, 255, 239 }, VertexEventCase.Wire(stored).Content.Parts[0].ThoughtSignature.ToByteArray());
    }

    [Theory]
    [InlineData("""{"invocationId":"i","timestamp":"2026-01-01T00:00:00Z"}""", "event.author")]
    [InlineData("""{"author":"a","timestamp":"2026-01-01T00:00:00Z"}""", "event.invocationId")]
    [InlineData("""{"author":"a","invocation_id":"i"}""", "event.timestamp")]
    [InlineData("""{"author":"a","invocation_id":"i","timestamp":"2026-01-01"}""", "event.timestamp")]
    [InlineData("""{"author":"a","invocation_id":"i","timestamp":{"seconds":1e99}}""", "event.timestamp")]
    [InlineData("""{"author":"a","invocationId":"i","invocation_id":"i","timestamp":"2026-01-01T00:00:00Z"}""", "event.invocation_id")]
    [InlineData("""{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","rawEvent":[]}""", "event.rawEvent")]
    [InlineData("""{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","raw_event":{"actions":1}}""", "event.raw_event.actions")]
    [InlineData("""{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","content":{"parts":[{"text":"","inlineData":{}}]}}""",
        "event.content.parts[0].inlineData")]
    [InlineData("""{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z","config":{"content":{"parts":[{"text":5}]}}}""",
        "event.config.content.parts[0].text")]
    public void A_wrong_field_is_refused_as_the_client_wrote_it(string body, string field)
    {
        Assert.Equal(field, Assert.Throws<InvalidInputException>(() => VertexEventCase.FromJson(body)).Field);
    }

    [Fact]
    public void Other_spellings_of_clients_are_understood()
    {
        var prepared = VertexEventCase.FromJson("""
            {"author":"a","invocation_id":"i","timestamp":{"seconds":1767225600,"nanos":500000000},"unknown":1,
            "config":{"actions":{"transfer_to_agent":"b","rewind_before_invocation_id":"x"},"event_metadata":{"turn_complete":true,"new":1}}}
            """);
        var adk = JsonNode.Parse(prepared.Json.Span)!;

        Assert.Equal(VertexEventCase.Now.AddMilliseconds(500), prepared.Timestamp);
        Assert.Equal("b", (string?)adk["actions"]!["transfer_to_agent"]);
        Assert.Equal("x", (string?)adk["actions"]!["rewind_before_invocation_id"]);
        Assert.True((bool?)adk["turn_complete"]);
        Assert.Null(adk["unknown"]);
        Assert.Null(adk["new"]);
    }

    [Fact]
    public void A_field_in_two_pieces_on_the_wire_is_joined_as_protobuf_does()
    {
        var first = _tolerant.Parse<Message>(Sent("text", raw: null).ToJsonString());
        var second = _tolerant.Parse<Message>(Sent("transcription", raw: null).ToJsonString());
        var both = first.Clone();
        both.MergeFrom(second);

        var prepared = Runtime.SessionService.Vertex.VertexEvents.FromWire(
            (byte[])[.. first.ToByteArray(), .. second.ToByteArray()], id: null, sessionScopeOnly: true, VertexEventCase.Now);
        var answered = VertexEventCase.Wire(VertexEventCase.Stored(prepared));

        both.Name = answered.Name;
        Assert.Equal(both, answered);
    }

    [Theory]
    [InlineData(new byte[] { 0x1A, 0x05, 0x41 })]
    [InlineData(new byte[] { 0x1A, 0x01, 0xFF })]
    [InlineData(new byte[] { 0x00 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    public void Bytes_that_are_no_message_are_refused(byte[] bytes)
    {
        var refused = Assert.Throws<InvalidInputException>(() => Runtime.SessionService.Vertex.VertexEvents.FromWire(bytes, id: null, true, VertexEventCase.Now));
        Assert.Equal("event", refused.Field);
    }

    [Theory]
    [InlineData("""{"x":1,"_vertex":{"raw_event":"rebuild"}}""", """{"x":1}""")]
    [InlineData("""{"_vertex":{"raw_event":{"a":1},"fields":{"branch":"b"}}}""", null)]
    public void The_services_own_key_in_custom_metadata_is_not_the_clients(string sentMetadata, string? answered)
    {
        foreach (var raw in new[] { null, JsonNode.Parse("""{"id":"e-1"}""")!.AsObject() })
        {
            var sent = Sent("text", raw);
            sent["eventMetadata"] = new JsonObject { ["customMetadata"] = JsonNode.Parse(sentMetadata) };
            foreach (var stored in BothWays(sent))
            {
                var expected = sent.DeepClone().AsObject();
                expected.Remove("eventMetadata");
                if (answered is not null)
                {
                    expected["eventMetadata"] = new JsonObject { ["customMetadata"] = JsonNode.Parse(answered) };
                }

                AssertAnswered(expected, stored);
            }
        }
    }

    [Fact]
    public void Nesting_that_a_parser_of_the_wire_refuses_is_refused_over_JSON_too()
    {
        int deepest = 0, refused = 0;
        for (var depth = 20; depth < 60; depth++)
        {
            var raw = Adk("nothing");
            raw["timestamp"] = Milliseconds;
            raw["output"] = Nested(depth);
            var sent = Sent("nothing", raw);
            SessionEvent stored;
            try
            {
                stored = VertexEventCase.Stored(VertexEventCase.FromJson(sent.ToJsonString()));
            }
            catch (InvalidInputException error) when (error.Field == "event")
            {
                refused++;
                continue;
            }

            deepest = depth;
            Assert.Equal(0, refused);
            Assert.NotNull(Page(stored).SessionEvents[0].RawEvent);
            AssertAnswered(sent, VertexEventCase.Stored(VertexEventCase.FromWire(_tolerant.Parse<Message>(sent.ToJsonString()))));
        }

        Assert.InRange(deepest, 25, 35);
        Assert.NotEqual(0, refused);
    }

    [Fact]
    public void A_stored_event_that_nests_too_deep_for_the_wire_is_answered_without_what_does()
    {
        var stored = VertexEventCase.Stored($$$"""
            {"content":{"parts":[{"text":"x"},{"function_call":{"name":"f","args":{{{Nested(200).ToJsonString(new() { MaxDepth = 300 })}}}}}]},"finish_reason":"STOP"}
            """);

        var answered = Page(stored).SessionEvents[0];
        Assert.Equal("x", answered.Content.Parts[0].Text);
        Assert.Equal("f", answered.Content.Parts[1].FunctionCall.Name);
        Assert.Null(answered.Content.Parts[1].FunctionCall.Args);
        Assert.Null(answered.RawEvent);
        Assert.NotNull(VertexEventCase.Json(stored)["rawEvent"]);
    }

    [Theory]
    [InlineData("content")]
    [InlineData("rawEvent")]
    public void Text_that_is_no_Unicode_and_bottomless_nesting_are_refused(string field)
    {
        const string head = """{"author":"a","invocationId":"i","timestamp":"2026-01-01T00:00:00Z",""";
        var odd = new[] { "\"\\ud83d\"", string.Concat(Enumerable.Repeat("[", 300)) + string.Concat(Enumerable.Repeat("]", 300)) };

        foreach (var value in odd)
        {
            var refused = Assert.Throws<InvalidInputException>(() => VertexEventCase.FromJson($$$"""{{{head}}}"{{{field}}}":{"parts":[{"odd":{{{value}}} }]}}"""));
            Assert.StartsWith("event", refused.Field, StringComparison.Ordinal);
        }
    }

    private static JsonObject Nested(int depth)
    {
        var made = new JsonObject();
        for (var i = 0; i < depth; i++)
        {
            made = new() { ["a"] = made };
        }

        return made;
    }

    private static Google.Cloud.AIPlatform.V1Beta1.ListEventsResponse Page(SessionEvent stored)
    {
        using var buffer = new WireBuffer();
        buffer.Begin((1 << 3) | 2);
        Runtime.SessionService.Vertex.VertexEvents.WriteWire(buffer, stored, Encoding.UTF8.GetBytes(VertexEventCase.Session));
        buffer.End();
        return Google.Cloud.AIPlatform.V1Beta1.ListEventsResponse.Parser.ParseFrom(buffer.Written);
    }

    private static JsonObject Adk(string kind)
    {
        var raw = JsonNode.Parse(VertexEventExamples.Kinds[kind].Adk)!.AsObject();
        raw["id"] = "e-1";
        raw["author"] = "agent";
        raw["invocationId"] = "i1";
        raw["actions"] ??= JsonNode.Parse("""{"stateDelta":{},"artifactDelta":{},"requestedAuthConfigs":{},"requestedToolConfirmations":{}}""");
        return raw;
    }

    private static JsonObject Sent(string kind, JsonObject? raw)
    {
        var sent = JsonNode.Parse(Head)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(VertexEventExamples.Kinds[kind].Fields)!.AsObject())
        {
            sent[name] = value!.DeepClone();
        }

        if (raw is not null)
        {
            sent["rawEvent"] = raw.DeepClone();
        }

        return sent;
    }

    private static IEnumerable<SessionEvent> BothWays(JsonObject sent) =>
    [
        VertexEventCase.Stored(VertexEventCase.FromJson(sent.ToJsonString())),
        VertexEventCase.Stored(VertexEventCase.FromWire(_tolerant.Parse<Message>(sent.ToJsonString()))),
    ];

    private static void AssertAnswered(JsonObject sent, SessionEvent stored)
    {
        var expected = sent.DeepClone().AsObject();
        expected["name"] = $"{VertexEventCase.Session}/events/{stored.Id}";
        VertexEventCase.Same(expected.ToJsonString(), VertexEventCase.Json(stored));
        Assert.Equal(JsonParser.Default.Parse<Message>(expected.ToJsonString()), VertexEventCase.Wire(stored));
    }

    private static JsonNode? Note(SessionEvent stored) => JsonNode.Parse(stored.Json.Span)!["custom_metadata"]!["_vertex"];
}
