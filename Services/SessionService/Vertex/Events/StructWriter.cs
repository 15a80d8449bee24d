using System.Text.Json;
using Runtime.SessionService.Wire;

namespace Runtime.SessionService.Vertex;

/// <summary>Writes JSON objects where the wire has <c>google.protobuf.Struct</c>.</summary>
internal static class StructWriter<TSink>
    where TSink : struct, IEventSink
{
    /// <summary>Writes the object that the reader stands on as it is.</summary>
    /// <returns>Whether it was written: what nests too deep for parsers of the wire is left out there.</returns>
    public static bool Verbatim(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, MessageField field, ref TSink sink)
    {
        var position = sink.Position;
        sink.BeginStruct(field);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Member(json, ref reader, JsonText.Utf8(ref reader), ref sink);
        }

        sink.EndStruct();
        return !sink.TakeBackIfTooDeep(position);
    }

    /// <summary>Writes custom metadata without the keys that are not the agent's.</summary>
    /// <param name="own">Says which keys to leave out.</param>
    public static bool CustomMetadata(
        ReadOnlySpan<byte> json, ref Utf8JsonReader reader, MessageField field, CustomMetadataKeys own, ref TSink sink)
    {
        var position = sink.Position;
        var any = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (own.LeavesOut(ref reader))
            {
                reader.Skip();
                continue;
            }

            if (!any)
            {
                sink.BeginStruct(field);
                any = true;
            }

            Member(json, ref reader, JsonText.Utf8(ref reader), ref sink);
        }

        if (any)
        {
            sink.EndStruct();
        }

        return !sink.TakeBackIfTooDeep(position);
    }

    private static void Member(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref TSink sink)
    {
        sink.BeginMember(name);
        reader.Read();
        sink.Value(json, ref reader);
        sink.EndMember();
    }
}
