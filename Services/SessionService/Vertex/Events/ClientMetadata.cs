using System.Text.Json;

namespace Runtime.SessionService.Vertex;

/// <summary>What an ADK event says that the Vertex API has no field for.</summary>
[Flags]
internal enum AdkExtras
{
    None = 0,
    Usage = 1,
    Compaction = 2,
    Workflow = 4,

    /// <summary>Anything that ADK's Vertex clients have no place for either.</summary>
    Other = 8,
}

/// <summary>The keys of custom metadata under which ADK's Vertex clients send what the API has no field for.</summary>
internal static class ClientMetadata
{
    public const string Usage = "_usage_metadata";
    public const string Compaction = "_compaction";
    public const string Workflow = "_workflow";

    public static AdkExtras KeptUnder(ReadOnlySpan<byte> key) => key switch
    {
        _ when key.SequenceEqual("_usage_metadata"u8) => AdkExtras.Usage,
        _ when key.SequenceEqual("_compaction"u8) => AdkExtras.Compaction,
        _ when key.SequenceEqual("_workflow"u8) => AdkExtras.Workflow,
        _ => AdkExtras.None,
    };

    /// <summary>What custom metadata says for clients.</summary>
    public static AdkExtras In(ReadOnlySpan<byte> json, Range metadata)
    {
        var said = AdkExtras.None;
        if (JsonSpans.IsObject(json, metadata) && json[metadata].IndexOf("\"_"u8) >= 0)
        {
            var reader = JsonSpans.Reader(json[metadata]);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                said |= KeptUnder(reader.ValueSpan);
                reader.Skip();
            }
        }

        return said;
    }
}
