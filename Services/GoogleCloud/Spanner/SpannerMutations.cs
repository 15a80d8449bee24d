using Google.Cloud.Spanner.V1;
using Google.Protobuf.WellKnownTypes;

namespace Runtime.GoogleCloud.Spanner;

/// <summary>Writes of rows without SQL. Spanner applies those of one commit in order, all or none.</summary>
public static class SpannerMutations
{
    /// <summary>Refused when the row exists, and with it the commit.</summary>
    public static Mutation Insert(string table, params ReadOnlySpan<(string Column, SpannerValue Value)> cells) => new() { Insert = Write(table, cells) };

    /// <summary>Refused when the row does not exist. Columns that are not named stay as they are.</summary>
    public static Mutation Update(string table, params ReadOnlySpan<(string Column, SpannerValue Value)> cells) => new() { Update = Write(table, cells) };

    /// <summary>Makes the row or changes the named columns of it.</summary>
    public static Mutation InsertOrUpdate(string table, params ReadOnlySpan<(string Column, SpannerValue Value)> cells) =>
        new() { InsertOrUpdate = Write(table, cells) };

    /// <summary>Deletes the row of a whole key. A row that does not exist is no error.</summary>
    public static Mutation Delete(string table, params ReadOnlySpan<SpannerValue> key) =>
        new() { Delete = new() { Table = table, KeySet = new() { Keys = { List(key) } } } };

    /// <summary>Deletes every row whose key begins so.</summary>
    public static Mutation DeletePrefix(string table, params ReadOnlySpan<SpannerValue> prefix) => DeleteRange(table, prefix, prefix);

    /// <summary>Deletes the rows from the first key to the last, both included; either may be the beginning of a key.</summary>
    public static Mutation DeleteRange(string table, ReadOnlySpan<SpannerValue> first, ReadOnlySpan<SpannerValue> last) => new()
    {
        Delete = new() { Table = table, KeySet = new() { Ranges = { new KeyRange { StartClosed = List(first), EndClosed = List(last) } } } },
    };

    private static Mutation.Types.Write Write(string table, ReadOnlySpan<(string Column, SpannerValue Value)> cells)
    {
        var write = new Mutation.Types.Write { Table = table };
        var row = new ListValue();
        foreach (var (column, value) in cells)
        {
            write.Columns.Add(column);
            row.Values.Add(value.Value);
        }

        write.Values.Add(row);
        return write;
    }

    private static ListValue List(ReadOnlySpan<SpannerValue> values)
    {
        var list = new ListValue();
        foreach (var value in values)
        {
            list.Values.Add(value.Value);
        }

        return list;
    }
}
