using System.Text;
using System.Text.Json;

namespace Runtime.Storage.Events;

/// <summary>Turns a stored row into the event that readers get.</summary>
public static class StoredEvent
{
    /// <summary>Reads one row. The columns win over what the JSON says of id, invocation id and time, as in ADK's own services.</summary>
    public static SessionEvent Read(ReadOnlyMemory<byte> stored, string id, string invocationId, DateTimeOffset timestamp, long revision)
    {
        // One pass over the top level, then the differing values are spliced: an event may be megabytes, and its body is not touched.
        var span = stored.Span;
        var reader = new Utf8JsonReader(span, new JsonReaderOptions { MaxDepth = StorageJson.MaxDepth });
        var author = "";
        Range delta = default;
        var splices = new List<(Range At, string With)>(1);
        bool hasId = false, hasInvocation = false, hasTime = false, hasAuthor = false, hasActions = false;

        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new StorageException(StorageFailure.Unknown, $"The stored event '{id}' is not a JSON object.",
                "Correct the row, or restore it from a backup.");
        }

        // jsonb has its members ordered by length, so what is wanted often comes before the longest.
        while (!(hasId && hasInvocation && hasTime && hasAuthor && hasActions) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                hasId = true;
                Keep(ref reader, id);
            }
            else if (reader.ValueTextEquals("invocation_id"u8))
            {
                hasInvocation = true;
                Keep(ref reader, invocationId);
            }
            else if (reader.ValueTextEquals("timestamp"u8))
            {
                hasTime = true;
                splices.Add((Value(ref reader), EventTime.Seconds(timestamp)));
            }
            else if (reader.ValueTextEquals("author"u8))
            {
                hasAuthor = true;
                reader.Read();
                author = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                reader.Skip();
            }
            else if (reader.ValueTextEquals("actions"u8))
            {
                hasActions = true;
                delta = DeltaIn(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (!hasId || !hasInvocation || !hasTime)
        {
            var missing = new StringBuilder();
            Add(missing, hasId, "id", JsonString(id));
            Add(missing, hasInvocation, "invocation_id", JsonString(invocationId));
            Add(missing, hasTime, "timestamp", EventTime.Seconds(timestamp));
            // After the opening brace; an object without members must not end in a comma.
            var empty = reader.BytesConsumed <= 2 || !span[1..].ContainsAny("\""u8);
            splices.Insert(0, (1..1, empty ? missing.ToString()[..^1] : missing.ToString()));
        }

        return new(id, invocationId, author, timestamp, revision, Splice(stored, splices), stored[delta]);

        void Keep(ref Utf8JsonReader at, string column)
        {
            var value = Value(ref at);
            if (at.TokenType != JsonTokenType.String || !at.ValueTextEquals(column))
            {
                splices.Add((value, JsonString(column)));
            }
        }

        static void Add(StringBuilder missing, bool present, string name, string value)
        {
            if (!present)
            {
                missing.Append('"').Append(name).Append("\":").Append(value).Append(',');
            }
        }
    }

    private static Range DeltaIn(ref Utf8JsonReader reader)
    {
        Range found = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return found;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("state_delta"u8))
            {
                found = Value(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return found;
    }

    /// <summary>Moves past the value of the current property and says where its text is.</summary>
    private static Range Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static string JsonString(string value) =>
        string.Concat("\"", JsonEncodedText.Encode(value, StorageJson.WriterOptions.Encoder).Value, "\"");

    private static ReadOnlyMemory<byte> Splice(ReadOnlyMemory<byte> stored, List<(Range At, string With)> splices)
    {
        if (splices.Count == 0)
        {
            return stored;
        }

        var length = stored.Length;
        foreach (var (at, with) in splices)
        {
            length += Encoding.UTF8.GetByteCount(with) - (at.End.Value - at.Start.Value);
        }

        var result = GC.AllocateUninitializedArray<byte>(length);
        var (from, to) = (0, 0);
        foreach (var (at, with) in splices)
        {
            stored.Span[from..at.Start.Value].CopyTo(result.AsSpan(to));
            to += at.Start.Value - from;
            to += Encoding.UTF8.GetBytes(with, result.AsSpan(to));
            from = at.End.Value;
        }

        stored.Span[from..].CopyTo(result.AsSpan(to));
        return result;
    }
}
