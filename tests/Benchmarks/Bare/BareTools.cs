using System.Buffers;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Npgsql;
using Runtime.Benchmarks.Tools;
using Runtime.Tools.V1;
using ToolsBase = Runtime.Tools.V1.Tools.ToolsBase;

namespace Runtime.Benchmarks.Bare;

/// <summary>Answers a call of the one tool as the gateway does.</summary>
internal sealed class BareTools(NpgsqlDataSource source) : ToolsBase
{
    public override async Task<CallToolResponse> CallTool(CallToolRequest request, ServerCallContext context)
    {
        using var arguments = JsonDocument.Parse(request.ArgumentsJson);
        var id = arguments.RootElement.GetProperty("id").GetInt64();
        return new() { ResultJson = await ToolFloor.ReadAsync(source, id, Write, context.CancellationToken) };
    }

    private static string Write(NpgsqlDataReader row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rows");
            writer.WriteStartObject();
            writer.WriteNumber("id", row.GetInt64(0));
            writer.WriteString("customer", row.GetString(1));
            writer.WriteNumber("total", row.GetDecimal(2));
            writer.WriteString("placed", row.GetDateTime(3));
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
