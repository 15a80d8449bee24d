using System.Text;

namespace Runtime.Benchmarks.Tools;

/// <summary>The tool that is called: one row by its key, four columns.</summary>
internal static class ToolCase
{
    public const long Id = 4242;
    public const string Customer = "customer-4242";
    public const string Tool = "get_order";
    public const string Arguments = """{"id":4242}""";
    public const string Statement = "SELECT id, customer, total, placed FROM orders WHERE id = $1";

    /// <summary>The table, with as many rows as make an index worth having.</summary>
    public const string Setup = """
        CREATE TABLE orders (id bigint PRIMARY KEY, customer text NOT NULL, total numeric(12,2) NOT NULL, placed timestamptz NOT NULL);
        INSERT INTO orders SELECT n, 'customer-' || n, n * 1.25, timestamptz '2026-01-01' + n * interval '1 minute' FROM generate_series(1, 100000) n;
        VACUUM ANALYZE orders;
        """;

    /// <summary>The tools.yaml that both servers load; the database comes from the environment.</summary>
    public const string File = $"""
        sources:
          shop:
            kind: postgres
            host: $[BENCH_HOST]
            port: $[BENCH_PORT]
            database: $[BENCH_DATABASE]
            user: $[BENCH_USER]
            password: $[BENCH_PASSWORD]
        tools:
          {Tool}:
            kind: postgres-sql
            source: shop
            description: Looks up one order by its id.
            statement: {Statement}
            parameters:
              - name: id
                type: integer
                description: The id of the order.
        """;

    /// <summary>One call over Toolbox HTTP, as bytes.</summary>
    public static byte[] ToolboxRequest { get; } = Post($"/api/tool/{Tool}/invoke", "Accept: application/json\r\n", Arguments);

    /// <summary>One call over MCP, as bytes.</summary>
    public static byte[] McpRequest { get; } = Post(
        "/mcp",
        "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2025-06-18\r\n",
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{Tool}}}","arguments":{{{Arguments}}}}}""");

    private static byte[] Post(string path, string headers, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");
}
