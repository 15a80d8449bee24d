namespace Runtime.ToolGateway.Protocols.Mcp;

/// <summary>The revisions of the protocol that are spoken, and what differs between them here.</summary>
internal static class McpVersion
{
    public const string HeaderName = "MCP-Protocol-Version";

    /// <summary>What a client of a revision without the version header speaks, as far as a server may assume.</summary>
    /// <remarks>https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#protocol-version-header</remarks>
    public const string Assumed = March2025;

    private const string November2024 = "2024-11-05";
    private const string March2025 = "2025-03-26";
    private const string June2025 = "2025-06-18";
    private const string November2025 = "2025-11-25";
    private const string July2026 = "2026-07-28";

    /// <summary>The newest that begins with a handshake: the answer to a handshake that asks for an unknown one.</summary>
    public const string NewestWithHandshake = November2025;

    public static IReadOnlyList<string> All { get; } = [November2024, March2025, June2025, November2025, July2026];

    /// <summary>Gets those that begin with <c>initialize</c> and may have a session.</summary>
    public static IReadOnlyList<string> WithHandshake { get; } = [November2024, March2025, June2025, November2025];

    /// <summary>Returns whether each request says version and capabilities for itself, and repeats method and name in headers.</summary>
    public static bool IsPerRequest(string version) => version is July2026;

    /// <summary>Returns whether a body may be an array of messages.</summary>
    public static bool AllowsBatches(string version) => version is November2024 or March2025;

    /// <summary>Returns whether a result of a call has its JSON as structure beside the text.</summary>
    public static bool HasStructuredContent(string version) => version is not (November2024 or March2025);

    /// <summary>Returns whether clients may insist on a session id: the libraries of MCP Toolbox do, in the revision that brought sessions.</summary>
    public static bool NeedsSessionId(string? version) => version is March2025;
}
