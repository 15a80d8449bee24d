using System.Text.Json.Nodes;
using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;
using Runtime.GoogleCloud.Spanner;
using Type = Google.Cloud.Spanner.V1.Type;
using TypeCode = Google.Cloud.Spanner.V1.TypeCode;

namespace Runtime.GoogleCloud.Tests;

public sealed class ChunkedValuesTests
{
    // The cases that the RPC reference gives for PartialResultSet.chunked_value, and those it leaves to the reader.
    [Theory]
    [InlineData("""["foo","bar"]""", """["foobar"]""", "two strings")]
    [InlineData("""[["a","b"],["c","d"]]""", """[["a","bc","d"]]""", "lists that were cut inside a string")]
    [InlineData("""[[2,3],[4]]""", """[[2,3,4]]""", "lists of numbers, which are never cut")]
    [InlineData("""[["a",["b","c"]],[["d"],"e"]]""", """[["a",["b","cd"],"e"]]""", "a list inside a list")]
    [InlineData("""[[],["a"]]""", """[["a"]]""", "a list that was cut before its first item")]
    [InlineData("""[["a"],[]]""", """[["a"]]""", "a list that was cut after its last item")]
    [InlineData("""[["a",null],["b"]]""", """[["a",null,"b"]]""", "a null before the cut")]
    [InlineData("""[["a"],[null,"b"]]""", """[["a",null,"b"]]""", "a null after the cut")]
    [InlineData("""[[1.5],["NaN"]]""", """[[1.5,"NaN"]]""", "a number, then a number that travels as a string")]
    [InlineData("""[{"a":"1"},{"b":"2"}]""", """[{"a":"1","b":"2"}]""", "objects with different members")]
    [InlineData("""[{"a":"1"},{"a":"2"}]""", """[{"a":"12"}]""", "an object that was cut inside a member")]
    [InlineData("""["a","b","c"]""", """["abc"]""", "a value in three pieces")]
    [InlineData("""[[["x","y"],["z"]],[["w"],["v"]]]""", """[[["x","y"],["zw"],["v"]]]""", "rows of an array of structs")]
    public void A_value_that_was_cut_is_joined(string pieces, string expected, string because)
    {
        var parts = ListValue.Parser.ParseJson(pieces).Values;
        var merger = new ChunkedValues();

        List<Value> rows = [];
        for (var i = 0; i < parts.Count; i++)
        {
            var piece = Piece(columns: 1, chunked: i < parts.Count - 1, parts[i]);
            rows.AddRange(merger.Add(piece).Select(row => row[0]));
        }

        merger.Complete();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), new JsonArray([.. rows.Select(row => JsonNode.Parse(row.ToString()))])), because);
    }

    [Fact]
    public void Rows_are_filled_across_pieces()
    {
        var merger = new ChunkedValues();

        var first = merger.Add(Piece(columns: 2, chunked: false, Value.ForString("a"), Value.ForString("b"), Value.ForString("c"))).ToList();
        var second = merger.Add(Piece(columns: 2, chunked: true, Value.ForString("d"), Value.ForString("e"))).ToList();
        var third = merger.Add(Piece(columns: 2, chunked: false, Value.ForString("f"), Value.ForNull())).ToList();

        merger.Complete();
        Assert.Equal("a b", Words(Assert.Single(first)));
        Assert.Equal("c d", Words(Assert.Single(second)));
        Assert.Equal("ef null", Words(Assert.Single(third)));
    }

    [Fact]
    public void A_stream_that_ends_inside_a_row_is_refused()
    {
        var merger = new ChunkedValues();
        _ = merger.Add(Piece(columns: 2, chunked: false, Value.ForString("a"))).ToList();

        Assert.Throws<InvalidDataException>(merger.Complete);
    }

    [Fact]
    public void Pieces_of_different_kinds_are_refused()
    {
        var merger = new ChunkedValues();
        _ = merger.Add(Piece(columns: 1, chunked: true, Value.ForString("a"))).ToList();

        Assert.Throws<InvalidDataException>(() => merger.Add(Piece(columns: 1, chunked: false, Value.ForBool(true))).ToList());
    }

    private static string Words(IEnumerable<Value> row) =>
        string.Join(' ', row.Select(value => value.KindCase is Value.KindOneofCase.NullValue ? "null" : value.StringValue));

    private static PartialResultSet Piece(int columns, bool chunked, params ReadOnlySpan<Value> values)
    {
        var piece = new PartialResultSet { ChunkedValue = chunked, Metadata = new() { RowType = new() } };
        for (var i = 0; i < columns; i++)
        {
            piece.Metadata.RowType.Fields.Add(new StructType.Types.Field { Name = $"c{i}", Type = new Type { Code = TypeCode.String } });
        }

        foreach (var value in values)
        {
            piece.Values.Add(value);
        }

        return piece;
    }
}
