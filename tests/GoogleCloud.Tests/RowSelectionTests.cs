using Google.Cloud.Bigtable.V2;
using Google.Protobuf;
using Runtime.GoogleCloud.Bigtable;

namespace Runtime.GoogleCloud.Tests;

public sealed class RowSelectionTests
{
    [Fact]
    public void A_prefix_ends_before_the_next_key_that_does_not_begin_with_it()
    {
        Assert.Equal(Key("ac"), RowSelection.Prefix(Key("ab")).EndKeyOpen);
        Assert.Equal(ByteString.CopyFrom(0x62), RowSelection.Prefix(ByteString.CopyFrom(0x61, 0xFF, 0xFF)).EndKeyOpen);
        Assert.Equal(RowRange.EndKeyOneofCase.None, RowSelection.Prefix(ByteString.CopyFrom(0xFF, 0xFF)).EndKeyCase);
    }

    [Fact]
    public void What_was_read_is_left_out_of_what_is_read_next()
    {
        var rows = new RowSet { RowKeys = { Key("a"), Key("m"), Key("z") } };
        rows.RowRanges.Add(new RowRange { StartKeyClosed = Key("b"), EndKeyOpen = Key("d") });
        rows.RowRanges.Add(new RowRange { StartKeyClosed = Key("k"), EndKeyClosed = Key("p") });

        var rest = RowSelection.After(rows, Key("m"));

        Assert.NotNull(rest);
        Assert.Equal([Key("z")], rest.RowKeys);
        var range = Assert.Single(rest.RowRanges);
        Assert.Equal(Key("m"), range.StartKeyOpen);
        Assert.Equal(Key("p"), range.EndKeyClosed);
    }

    [Fact]
    public void Nothing_left_is_null_and_not_an_empty_set_which_would_mean_the_whole_table() =>
        Assert.Null(RowSelection.After(new RowSet { RowKeys = { Key("a") } }, Key("a")));

    [Fact]
    public void The_whole_table_goes_on_after_the_last_key()
    {
        var rest = RowSelection.After(new RowSet(), Key("a"));

        Assert.Equal(Key("a"), Assert.Single(rest!.RowRanges).StartKeyOpen);
    }

    private static ByteString Key(string text) => ByteString.CopyFromUtf8(text);
}
