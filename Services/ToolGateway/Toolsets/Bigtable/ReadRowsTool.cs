using System.Text;
using System.Text.Json;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Runtime.GoogleCloud.Bigtable;
using Runtime.GoogleCloud.Connection;
using Runtime.ServiceDefaults.Errors;
using Runtime.ToolGateway.Catalogue;

namespace Runtime.ToolGateway.Toolsets.Bigtable;

/// <summary>Reads rows by key, prefix or range.</summary>
internal sealed class ReadRowsTool(BigtableClient client, GoogleCredentials google, ToolParameter[] instance, BigtableToolsOptions options) : ITool
{
    private const string TableId = "table_id";
    private const string Keys = "row_keys";
    private const string Prefix = "row_key_prefix";
    private const string Start = "start_key";
    private const string End = "end_key";

    public ToolDescription Description { get; } = new(
        "bigtable_read_rows",
        "Read Bigtable rows",
        "Reads rows of a Bigtable table in key order: the rows named in row_keys, or those that begin with row_key_prefix, or those from start_key up to "
        + "but without end_key, or all. Returns {status, rows: [{row_key, cells: [{family, qualifier, value, timestamp}]}]}; a key, qualifier or "
        + "value that is not text comes as base64, with row_key_encoding, qualifier_encoding or value_encoding beside it. result_is_likely_truncated is true when there are more rows.",
        ToolEffects.Reads,
        [
            .. instance,
            ResourceNames.Id(TableId, "The Bigtable table id."),
            ToolParameter.TextList(Keys, "Exact row keys.") with { NotEmpty = true },
            new(Prefix, ParameterKind.String, "Beginning of the row keys.") { NotEmpty = true },
            new(Start, ParameterKind.String, "First row key, inclusive.") { NotEmpty = true },
            new(End, ParameterKind.String, "Last row key, exclusive.") { NotEmpty = true },
            new("max_rows", ParameterKind.Integer, "Most rows to return.") { Default = options.MaxRows, Minimum = 1, Maximum = options.MaxRows },
            new("max_versions", ParameterKind.Integer, "Most versions of each column, newest first.") { Default = 1, Minimum = 1, Maximum = 1000 },
        ]);

    public async Task<ToolResult> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments;
        var table = $"{await BigtableToolset.InstanceAsync(arguments, google, cancellationToken)}/tables/{ResourceNames.Part(arguments, TableId)}";
        var filter = new RowFilter { CellsPerColumnLimitFilter = arguments.Number("max_versions") };
        var limit = arguments.Number("max_rows");

        // One row more than is returned tells whether there are more.
        var found = client.ReadRowsAsync(table, Select(arguments), filter, limit + 1, cancellationToken);
        using var rows = call.Rows(RowsShape.AgentKit);
        try
        {
            await foreach (var row in found)
            {
                if (rows.Count == limit)
                {
                    rows.Truncate();
                    break;
                }

                Write(rows.BeginRow(), row);
                if (!await rows.EndRowAsync(cancellationToken))
                {
                    break;
                }
            }
        }
        catch (NotFoundException error)
        {
            throw new NotFoundException($"{error.Message} Fix: use a table that bigtable_list_tables answers.", error.Reason, error) { Integration = error.Integration };
        }

        return rows.Complete();
    }

    private static RowSet Select(ToolArguments arguments)
    {
        var keys = arguments.TextList(Keys);
        var prefix = arguments.OptionalText(Prefix);
        var start = arguments.OptionalText(Start);
        var end = arguments.OptionalText(End);
        if ((keys.Count > 0 ? 1 : 0) + (prefix is null ? 0 : 1) + (start is null && end is null ? 0 : 1) > 1)
        {
            throw new InvalidArgumentException(
                prefix is null ? Keys : Prefix, came: null, $"one of {Keys}, {Prefix}, or {Start} with {End}; more than one came");
        }

        // Bigtable orders bytes: UTF-16 puts U+FF21 after an emoji, UTF-8 before it.
        if (start is not null && end is not null && Encoding.UTF8.GetBytes(start).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(end)) >= 0)
        {
            throw new InvalidArgumentException(End, end, $"a key after {Start} '{start}'");
        }

        var rows = new RowSet { RowKeys = { keys.Select(ByteString.CopyFromUtf8) } };
        if (prefix is not null)
        {
            rows.RowRanges.Add(RowSelection.Prefix(ByteString.CopyFromUtf8(prefix)));
        }

        if (start is not null || end is not null)
        {
            var range = new RowRange();
            if (start is not null)
            {
                range.StartKeyClosed = ByteString.CopyFromUtf8(start);
            }

            if (end is not null)
            {
                range.EndKeyOpen = ByteString.CopyFromUtf8(end);
            }

            rows.RowRanges.Add(range);
        }

        return rows;
    }

    private static void Write(Utf8JsonWriter json, BigtableRow row)
    {
        json.WriteStartObject();
        Put(json, "row_key", row.Key);
        json.WriteStartArray("cells");
        foreach (var cell in row.Cells)
        {
            json.WriteStartObject();
            json.WriteString("family", cell.Family);
            Put(json, "qualifier", cell.Qualifier);
            Put(json, "value", cell.Value);
            json.WriteString("timestamp", DateTime.UnixEpoch.AddMicroseconds(cell.TimestampMicros));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Put(Utf8JsonWriter json, string name, ByteString bytes)
    {
        var readable = ReadableBytes.FromData(bytes);
        json.WriteString(name, readable.Value);
        if (!readable.IsText)
        {
            json.WriteString($"{name}_encoding", readable.Encoding);
        }
    }
}
