using System.Text.Json;
using Runtime.Storage;
using Runtime.Storage.Events;

namespace Runtime.SessionService.Vertex;

/// <summary>Makes the event that is stored of the one that a client sent.</summary>
internal static class SentEventMaker
{
    private const int LongestId = 128;

    /// <summary>Makes the event.</summary>
    /// <exception cref="InvalidInputException">Names the field as the client wrote it.</exception>
    public static PreparedEvent Make(SentEvent sent, string? id, bool sessionScopeOnly, DateTimeOffset now)
    {
        try
        {
            var made = Made();
            WireDepth.Check(made);
            return made;
        }
        catch (JsonException error)
        {
            throw new InvalidInputException(
                SentEvent.Path, came: null, $"each name once in an object, nested at most {StorageJson.MaxDepth} levels", error);
        }
        catch (InvalidInputException error) when (error.Field.StartsWith("event.event_json", StringComparison.Ordinal))
        {
            var field = sent.Raw.IsEmpty ? SentEvent.Path : sent.RawName;
            throw new InvalidInputException(field + error.Field["event.event_json".Length..], error.Came, error.Allowed, error);
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidInputException(SentEvent.Path, came: null, "text that is valid Unicode", error);
        }

        PreparedEvent Made()
        {
            using var fields = JsonDocument.Parse(sent.Fields, SentEvent.ReaderOptions);
            if (sent.Raw.IsEmpty)
            {
                return Prepare(FieldsEvent.Complete(fields.RootElement), new() { Id = id ?? NewId() });
            }

            using var raw = JsonDocument.Parse(sent.Raw, SentEvent.ReaderOptions);
            var prepared = Prepare(
                RawEvent.Complete(raw.RootElement, fields.RootElement),
                new() { Id = id ?? IdOf(raw.RootElement) ?? NewId(), StateDelta = StateDelta(fields.RootElement) });
            return EventNoteMaker.Add(prepared, sent, fields.RootElement, raw.RootElement);
        }

        PreparedEvent Prepare(ReadOnlyMemory<byte> json, EventHeader header) => EventJson.Prepare(
            json,
            header with { Author = sent.Author, InvocationId = sent.InvocationId, Timestamp = sent.Timestamp, SessionScopeOnly = sessionScopeOnly },
            now);
    }

    private static string NewId() => Guid.CreateVersion7().ToString();

    /// <summary>The raw event's id if it can be the last part of a resource name: a repeated append is then recognised.</summary>
    private static string? IdOf(JsonElement raw) =>
        raw.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 and <= LongestId } text
            && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            ? text
            : null;

    private static string StateDelta(JsonElement fields) =>
        fields.TryGetProperty("actions", out var actions) && actions.TryGetProperty("state_delta", out var delta) ? delta.GetRawText() : "";
}
