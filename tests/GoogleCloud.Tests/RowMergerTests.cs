using System.Text.Json.Nodes;
using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Runtime.GoogleCloud.Bigtable;
using Runtime.Testing;

namespace Runtime.GoogleCloud.Tests;

/// <summary>The acceptance cases that Google publishes for readers of ReadRows streams.</summary>
public sealed class RowMergerTests
{
    [Fact]
    public void Every_published_case_gives_the_published_cells()
    {
        var path = PublishedCases();
        Expectation.SkipUnless(
            "readrows", File.Exists(path), $"No published ReadRows cases. Setting: the file '{path}'. Fix: put readrows.json of the Bigtable conformance tests there.");
        var cases = JsonNode.Parse(File.ReadAllText(path))!["readRowsTests"]!.AsArray();

        Assert.NotEmpty(cases);
        Assert.All(cases, test => Assert.Equal(Expected(test!), Read(test!)));
    }

    [Fact]
    public void A_row_counts_only_once_its_commit_came()
    {
        var merger = new RowMerger();
        var response = new ReadRowsResponse();
        response.Chunks.Add(Chunk("r1", "f", "q", "v1", commit: true));
        response.Chunks.Add(Chunk("r2", "f", "q", "v2", commit: false));

        var row = Assert.Single(merger.Add(response));

        Assert.Equal("r1", row.Key.ToStringUtf8());
        Assert.Equal("r1", merger.LastKey.ToStringUtf8());
        Assert.Throws<InvalidDataException>(merger.Complete);
    }

    [Fact]
    public void A_scan_marker_moves_the_place_to_go_on_from()
    {
        var merger = new RowMerger();

        Assert.Empty(merger.Add(new ReadRowsResponse { LastScannedRowKey = ByteString.CopyFromUtf8("m") }));

        Assert.Equal("m", merger.LastKey.ToStringUtf8());
    }

    private static string PublishedCases()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Runtime.Aspire.sln")))
        {
            root = root.Parent;
        }

        return Path.GetFullPath(Path.Combine(root?.FullName ?? ".", "..", "shared", "conformance", "readrows.json"));
    }

    private static List<string> Read(JsonNode test)
    {
        List<string> cells = [];
        var merger = new RowMerger();
        try
        {
            foreach (var chunk in test["chunks"]!.AsArray())
            {
                var response = new ReadRowsResponse();
                response.Chunks.Add(JsonParser.Default.Parse<ReadRowsResponse.Types.CellChunk>(chunk!.ToJsonString()));
                foreach (var row in merger.Add(response))
                {
                    cells.AddRange(row.Cells.Select(cell => Line(
                        row.Key.ToStringUtf8(), cell.Family, cell.Qualifier.ToStringUtf8(), cell.TimestampMicros, cell.Value.ToStringUtf8(), string.Concat(cell.Labels))));
                }
            }

            merger.Complete();
        }
        catch (InvalidDataException)
        {
            cells.Add("error");
        }

        return cells;
    }

    // Chunks hold keys and values in base64, as protobuf JSON does; results hold them as text.
    private static List<string> Expected(JsonNode test) => test["results"] is not JsonArray results
        ? []
        : [.. results.Select(result => result!["error"]?.GetValue<bool>() is true
            ? "error"
            : Line(
                (string?)result["rowKey"] ?? "",
                (string?)result["familyName"] ?? "",
                (string?)result["qualifier"] ?? "",
                long.Parse((string?)result["timestampMicros"] ?? "0", System.Globalization.CultureInfo.InvariantCulture),
                (string?)result["value"] ?? "",
                (string?)result["label"] ?? ""))];

    private static string Line(string key, string family, string qualifier, long timestamp, string value, string label) =>
        $"{key}/{family}:{qualifier}@{timestamp}={value}#{label}";

    private static ReadRowsResponse.Types.CellChunk Chunk(string key, string family, string qualifier, string value, bool commit) => new()
    {
        RowKey = ByteString.CopyFromUtf8(key),
        FamilyName = family,
        Qualifier = ByteString.CopyFromUtf8(qualifier),
        Value = ByteString.CopyFromUtf8(value),
        CommitRow = commit,
    };
}
