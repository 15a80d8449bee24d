using System.Buffers;
using System.Text.Json;
using Runtime.Storage.Events;
using Runtime.Storage.Migration.Pickle;

namespace Runtime.Storage.Migration.V0;

/// <summary>Turns a row of schema version 0 into the event that version 1 stores.</summary>
internal static class V0Event
{
    private static readonly JsonDocumentOptions _json = new() { MaxDepth = StorageJson.MaxDepth - 2 };

    /// <summary>Writes the whole event in stored form, UTF-8.</summary>
    /// <param name="row">The row as it is.</param>
    /// <param name="withActions">Whether to read the actions; otherwise they are written empty.</param>
    /// <exception cref="PickleException">The actions cannot be read.</exception>
    /// <exception cref="V0RowException">Another column cannot be read.</exception>
    public static ReadOnlyMemory<byte> ToJson(V0Row row, bool withActions)
    {
        var timestamp = row.Timestamp ?? throw new V0RowException("timestamp", "it is not a date and time");
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, StorageJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("id", row.Id);
            writer.WriteString("invocation_id", row.InvocationId ?? "");
            // ADK's readers take an author for granted; its own migration fills a missing one the same way.
            writer.WriteString("author", row.Author ?? "agent");
            writer.WritePropertyName("timestamp");
            // Seconds: the migrated tables are those of ADK Python, version 1.
            writer.WriteRawValue(EventTime.Seconds(timestamp), skipInputValidation: true);
            writer.WritePropertyName("actions");
            V0Actions.Write(writer, withActions ? row.Actions : null);
            foreach (var (column, field, kind) in V0Columns.Json)
            {
                if (row.Json.TryGetValue(column, out var text))
                {
                    WriteJson(writer, column, field, kind, text);
                }
            }

            Text("branch", row.Branch);
            Flag("partial", row.Partial);
            Flag("turn_complete", row.TurnComplete);
            Text("error_code", row.ErrorCode);
            Text("error_message", row.ErrorMessage);
            Flag("interrupted", row.Interrupted);
            writer.WriteEndObject();

            void Text(string name, string? value)
            {
                if (value is not null)
                {
                    writer.WriteString(name, value);
                }
            }

            void Flag(string name, bool? value)
            {
                if (value is { } set)
                {
                    writer.WriteBoolean(name, set);
                }
            }
        }

        return buffer.WrittenMemory;
    }

    private static void WriteJson(Utf8JsonWriter writer, string column, string field, JsonValueKind kind, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, _json);
            if (document.RootElement.ValueKind == kind)
            {
                writer.WritePropertyName(field);
                document.RootElement.WriteTo(writer);
            }
            // SQLAlchemy writes None into a JSON column as the JSON text null.
            else if (document.RootElement.ValueKind != JsonValueKind.Null)
            {
                throw new V0RowException(column, $"it is JSON of kind {document.RootElement.ValueKind}, not {kind}");
            }
        }
        catch (JsonException error)
        {
            throw new V0RowException(column, "it is not JSON", error);
        }
        catch (InvalidOperationException error)
        {
            // A string with half a surrogate pair, "\ud83d": it parses, and fails when it is written.
            throw new V0RowException(column, "it has text that is not valid Unicode", error);
        }
    }
}
