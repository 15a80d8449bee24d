using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Message = Google.Cloud.AIPlatform.V1Beta1.SessionEvent;

namespace Runtime.SessionService.Tests.Vertex;

public sealed class RandomVertexEventTests
{
    private static readonly JsonFormatter _formatter = new(JsonFormatter.Settings.Default);

    [Fact]
    public void Any_message_is_answered_on_the_wire_as_it_was_written()
    {
        ForEach(seed =>
        {
            var message = Event(seed);
            var answered = VertexEventCase.Wire(VertexEventCase.Stored(VertexEventCase.FromWire(message)));
            Assert.Equal(Normal(message, answered), answered);
        });
    }

    [Fact]
    public void Any_message_is_answered_in_JSON_as_protobuf_says()
    {
        ForEach(seed =>
        {
            var message = Event(seed);
            var answered = VertexEventCase.Json(VertexEventCase.Stored(VertexEventCase.FromWire(message)));
            VertexEventCase.Same(_formatter.Format(Normal(message, JsonParser.Default.Parse<Message>(answered.ToJsonString()))), answered);
        });
    }

    [Fact]
    public void Any_message_written_in_JSON_is_stored_as_if_written_on_the_wire()
    {
        ForEach(seed =>
        {
            var message = Event(seed);
            var stored = VertexEventCase.Stored(VertexEventCase.FromJson(_formatter.Format(message)));
            var answered = VertexEventCase.Wire(stored);
            Assert.Equal(Normal(message, answered), answered);
        });
    }

    [Fact]
    public void Any_JSON_in_a_row_is_answered_without_an_error()
    {
        ForEach(seed =>
        {
            var random = new Random(seed);
            var node = JsonNode.Parse(Encoding.UTF8.GetString(VertexEventCase.FromWire(Event(seed)).Json.Span))!.AsObject();
            Spoil(node, random);
            var stored = VertexEventCase.Stored(node.ToJsonString().Replace("half a pair", "\\ud83d", StringComparison.Ordinal));
            var answered = VertexEventCase.JsonText(stored);
            VertexEventCase.Wire(stored);

            // Strict readers: neither an unknown name nor a value of the wrong kind.
            JsonParser.Default.Parse<Message>(answered.Replace("\\ud83d", "", StringComparison.Ordinal));
        });
    }

    private static void ForEach(Action<int> check)
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            try
            {
                check(seed);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Seed {seed}: {error.Message}", error);
            }
        }
    }

    private static Message Event(int seed)
    {
        var message = new RandomMessage(seed).Next<Message>();
        message.Author = "agent";
        message.InvocationId = "i1";
        message.Timestamp ??= Timestamp.FromDateTimeOffset(VertexEventCase.Now);
        return message;
    }

    /// <summary>The message as the service promises to answer it: with a name, and without what says nothing.</summary>
    private static Message Normal(Message sent, Message answered)
    {
        var normal = sent.Clone();
        normal.Name = answered.Name;
        if (normal.Actions is { } actions)
        {
            actions.StateDelta = actions.StateDelta is { Fields.Count: > 0 } ? actions.StateDelta : null;
            actions.RequestedAuthConfigs = actions.RequestedAuthConfigs is { Fields.Count: > 0 } ? actions.RequestedAuthConfigs : null;
            normal.Actions = actions.CalculateSize() == 0 ? null : actions;
        }

        if (normal.EventMetadata is { } metadata)
        {
            metadata.CustomMetadata = metadata.CustomMetadata is { Fields.Count: > 0 } ? metadata.CustomMetadata : null;
            normal.EventMetadata = metadata.CalculateSize() == 0 ? null : metadata;
        }
        return normal;
    }

    private static void Spoil(JsonNode? node, Random random)
    {
        switch (node)
        {
            case JsonObject entries:
                foreach (var name in entries.Select(entry => entry.Key).ToArray())
                {
                    if (name is "id" or "author" or "invocation_id")
                    {
                        continue;
                    }

                    if (random.Next(6) == 0)
                    {
                        entries[name] = Odd(random);
                    }
                    else
                    {
                        Spoil(entries[name], random);
                    }
                }

                if (random.Next(8) == 0)
                {
                    entries["odd_field"] = Odd(random);
                }

                break;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (random.Next(6) == 0)
                    {
                        items[i] = Odd(random);
                    }
                    else
                    {
                        Spoil(items[i], random);
                    }
                }

                break;
        }
    }

    private static JsonNode? Odd(Random random) => JsonNode.Parse(random.Next(12) switch
    {
        0 => "null",
        1 => "5",
        2 => "-1.5",
        3 => "1e300",
        4 => "12345678901234567890123",
        5 => "\"half a pair\"",
        6 => "\"not base64!\"",
        7 => "[1,null,\"x\",{}]",
        8 => "{\"a\":{\"b_c\":[]}}",
        9 => "true",
        10 => "{}",
        _ => "{\"_vertex\":{\"raw_event\":\"rebuild\",\"timestamp\":\"x\",\"fields\":{\"content\":7}}}",
    });
}
