using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>What the gateway calls itself to clients.</summary>
internal static class McpServerIdentity
{
    private const string Name = "runtime-tool-gateway";

    private static readonly string Version = typeof(McpServerIdentity).Assembly.GetName().Version!.ToString(3);

    public static Implementation Implementation => new() { Name = Name, Version = Version };

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, Name);
        json.WriteString("version"u8, Version);
        json.WriteEndObject();
    }
}
