using System.Text.Json;

namespace Runtime.SessionService.Vertex;

/// <summary>Keys of custom metadata that are not the agent's own, chosen by who must not see them.</summary>
internal enum CustomMetadataKeys
{
    /// <summary>The service's own key, which no client sees.</summary>
    Service,

    /// <summary>That key, and those where ADK's Vertex clients keep what the API has no field for; no agent sees them.</summary>
    ServiceAndClients,
}

internal static class CustomMetadataKeysExtensions
{
    public static bool LeavesOut(this CustomMetadataKeys keys, ref Utf8JsonReader name)
    {
        var text = name.ValueSpan;
        return text.Length > 0 && text[0] == '_' && (text.SequenceEqual(EventNote.Utf8Key)
            || (keys == CustomMetadataKeys.ServiceAndClients && ClientMetadata.KeptUnder(text) != AdkExtras.None));
    }
}
